import {
  type Body,
  type Call,
  type ContextSwitch,
  type CoroutineFrame,
  describe,
  type ForeignWork,
  isCall,
  isWaitable,
  NATIVE,
  type NativeSuspension,
  registry,
  type ScopeContract,
  type StrandContract,
  SWITCH,
} from "@tsyncio/contract";
import type { Coroutine } from "./coroutine.js";
import { givesCoroutine, isGenerator } from "./coroutine-function.js";
import { GeneratorCoroutine } from "./generator-coroutine.js";
import { captureContext, inheritsTask, runInCell } from "./scope-cells.js";

/**
 * The call of a body, as a coroutine: of a generator function, an async function, or any function that returns an awaitable.
 * @param who - the function of ours that the body was given to
 * @throws `TypeError` when `body` is no function
 */
export function callBody<T>(body: Body<never[], T>, args: unknown[], who: string): Coroutine<T> {
  if (typeof body !== "function") {
    const isAwaitable = isCall(body) || typeof (body as Partial<PromiseLike<T>> | null)?.then === "function";
    const hint = isAwaitable ? `; write () => in front of it: the body is called inside the scope of ${who}()` : "";
    throw new TypeError(`a function was expected as the body of ${who}(), got ${describe(body)}${hint}`);
  }
  const call = body as Body<unknown[], T>;
  // Calling these runs nothing yet. All else is called at the first step, inside the scope that runs then.
  if (!givesCoroutine(call)) return new GeneratorCoroutine(new BodyFrame(call, args, who), call.name || "anonymous");
  const started = call(...args);
  return isCall(started)
    ? (started as unknown as Coroutine<T>)
    : new GeneratorCoroutine(started as CoroutineFrame<T>, call.name || "anonymous");
}

/** Calls the body, hands its awaitable to the task, and ends with what comes back. */
class BodyFrame<T> implements CoroutineFrame<T>, ForeignWork {
  readonly #body: Body<unknown[], T>;
  readonly #args: unknown[];
  readonly #who: string;
  #called = false;
  /** A coroutine that is to be run next, once the context is right. */
  #waiting: Call | null = null;
  /** The scope in which an async function runs, until it has settled. */
  #nativeScope: ScopeContract | null = null;

  constructor(body: Body<unknown[], T>, args: unknown[], who: string) {
    this.#body = body;
    this.#args = args;
    this.#who = who;
  }

  next(sent: unknown): IteratorResult<unknown, T> {
    if (!this.#called) {
      this.#called = true;
      return this.#begin();
    }
    const call = this.#waiting;
    if (call !== null) {
      this.#waiting = null;
      return { done: false, value: call };
    }
    this.#settled();
    return { done: true, value: sent as T };
  }

  throw(error: unknown): never {
    this.#called = true;
    const scope = this.#nativeScope;
    this.#settled();
    throw scope?.cancellationBehind(error) ?? error;
  }

  return(value: T): IteratorResult<unknown, T> {
    this.#called = true;
    return { done: true, value };
  }

  foreignWait(): string | null {
    const scope = this.#nativeScope;
    if (scope === null || scope.hasWaits() || scope.observing > 0) return null;
    return `${this.#body.name || "anonymous"} in ${scope.task.getName()}`;
  }

  #begin(): IteratorResult<unknown, T> {
    const body = this.#body;
    const scope = runningScope();
    scope.loop.wakesNative();
    return this.#hand(runInCell(scope.cell, scope.loop, () => body(...this.#args)));
  }

  #hand(awaitable: unknown): IteratorResult<unknown, T> {
    if (awaitable instanceof Promise) return this.#handNative(awaitable);
    if (isGenerator(awaitable)) {
      return this.#handCall(new GeneratorCoroutine(awaitable as CoroutineFrame<T>, this.#body.name || "anonymous"));
    }
    if (isCall(awaitable)) return this.#handCall(awaitable);
    if (isWaitable(awaitable)) {
      return awaitable.done() ? { done: true, value: awaitable.result() as T } : { done: false, value: awaitable };
    }
    if (typeof (awaitable as Partial<PromiseLike<T>> | null)?.then === "function") {
      const { cell, loop } = runningScope();
      // Its `then` runs inside the scope, as it would in an async function.
      return this.#handNative(runInCell(cell, loop, async () => awaitable));
    }
    throw new TypeError(
      `the body of ${this.#who}() must be a generator function, an async function, or return an awaitable; ` +
        `${this.#body.name || "it"} returned ${describe(awaitable)}${isAsyncIterable(awaitable) ? ": iterate over it, with forEach() or for await" : ""}`,
    );
  }

  #handNative(promise: PromiseLike<unknown>): IteratorResult<unknown, T> {
    const scope = runningScope();
    this.#nativeScope = scope;
    if (scope.loop.host.virtual) scope.loop.foreignWork.add(this);
    return { done: false, value: { "@@tsyncio": NATIVE, promise } satisfies NativeSuspension };
  }

  /** A coroutine runs in the task's own context, where its creator's task must not be seen; async functions write their own. */
  #handCall(call: Call): IteratorResult<unknown, T> {
    if (!inheritsTask()) return { done: false, value: call };
    this.#waiting = call;
    const { loop } = runningScope();
    return { done: false, value: { "@@tsyncio": SWITCH, context: captureContext(loop) } satisfies ContextSwitch };
  }

  #settled(): void {
    if (this.#nativeScope === null) return;
    this.#nativeScope.loop.foreignWork.delete(this);
    this.#nativeScope = null;
  }
}

/** The scope of the strand whose step this is. */
function runningScope(): ScopeContract {
  return (registry.stepping as StrandContract).scope;
}

function isAsyncIterable(value: unknown): boolean {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
