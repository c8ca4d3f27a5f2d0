import {
  type Body,
  type CoroutineFrame,
  describe,
  type ForeignWork,
  isCall,
  isWaitable,
  NATIVE,
  type NativeSuspension,
  registry,
  type ScopeContract,
} from "@tsyncio/contract";
import { Coroutine, givesCoroutine, isGenerator } from "./coroutine.js";
import { runInCell } from "./scope-cells.js";

/**
 * The call of a body, as a coroutine: of a generator function, an async function, or any function that returns an awaitable.
 * @param who - the function of ours that the body was given to
 * @throws `TypeError` when `body` is no function
 */
export function callBody<T>(body: Body<never[], T>, args: unknown[], who: string): Coroutine<T> {
  if (typeof body !== "function") {
    throw new TypeError(`a function was expected as the body of ${who}(), got ${describe(body)}`);
  }
  const call = body as Body<unknown[], T>;
  // Calling these runs nothing yet. All else is called at the first step, inside the scope that runs then.
  if (!givesCoroutine(call)) return new Coroutine(new BodyFrame(call, args, who), call.name || "anonymous");
  const started = call(...args);
  return isCall(started)
    ? (started as unknown as Coroutine<T>)
    : new Coroutine(started as CoroutineFrame<T>, call.name || "anonymous");
}

/** Calls the body, hands its awaitable to the task, and ends with what comes back. */
class BodyFrame<T> implements CoroutineFrame<T>, ForeignWork {
  readonly #body: Body<unknown[], T>;
  readonly #args: unknown[];
  readonly #who: string;
  #called = false;
  /** The scope in which an async function runs, until it has settled. */
  #nativeScope: ScopeContract | null = null;

  constructor(body: Body<unknown[], T>, args: unknown[], who: string) {
    this.#body = body;
    this.#args = args;
    this.#who = who;
  }

  next(sent: unknown): IteratorResult<unknown, T> {
    if (this.#called) {
      this.#settled();
      return { done: true, value: sent as T };
    }
    this.#called = true;
    return this.#begin();
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
    if (scope === null || scope.hasWaits()) return null;
    return `${this.#body.name || "anonymous"} in ${scope.task.getName()}`;
  }

  #begin(): IteratorResult<unknown, T> {
    const body = this.#body;
    const scope = registry.stepping?.scope as ScopeContract;
    scope.loop.wakesNative();
    return this.#hand(runInCell(scope.cell, scope.loop, () => body(...this.#args)));
  }

  #hand(awaitable: unknown): IteratorResult<unknown, T> {
    if (isGenerator(awaitable)) {
      return this.#hand(new Coroutine(awaitable as CoroutineFrame<T>, this.#body.name || "anonymous"));
    }
    if (isCall(awaitable)) return { done: false, value: awaitable };
    if (isWaitable(awaitable)) {
      return awaitable.done() ? { done: true, value: awaitable.result() as T } : { done: false, value: awaitable };
    }
    if (typeof (awaitable as Partial<PromiseLike<T>> | null)?.then === "function") {
      const scope = registry.stepping?.scope as ScopeContract;
      this.#nativeScope = scope;
      scope.loop.foreignWork.add(this);
      return { done: false, value: { "@@tsyncio": NATIVE, promise: awaitable } as NativeSuspension };
    }
    throw new TypeError(
      `the body of ${this.#who}() must be a generator function, an async function, or return an awaitable; ` +
        `${this.#body.name || "it"} returned ${describe(awaitable)}`,
    );
  }

  #settled(): void {
    if (this.#nativeScope === null) return;
    this.#nativeScope.loop.foreignWork.delete(this);
    this.#nativeScope = null;
  }
}
