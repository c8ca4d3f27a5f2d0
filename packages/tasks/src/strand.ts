import {
  CALL,
  type Call,
  CancelledError,
  type Context,
  type ContextSwitch,
  describe,
  isFatal,
  type LoopContract,
  NATIVE,
  type NativeSuspension,
  RuntimeError,
  registry,
  type Sink,
  type StrandContract,
  SWITCH,
  type TaskContract,
  WAIT,
  type Waitable,
  type Waiter,
} from "@tsyncio/contract";
import { makeCancelledError, tell } from "@tsyncio/futures";
import { Refused, refuse } from "./refuse.js";
import type { Scope, ScopeMember } from "./scope.js";
import { traceOf } from "./trace.js";

/** {@link Strand}'s private `#drive`, as a function for `context.run`. */
let DRIVE: (this: Strand) => boolean;

/**
 * Runs one coroutine, with all that it calls, for a task. It keeps a stack of its own, so that a resume touches the innermost
 * frame only.
 *
 *   READY     in the ready queue: it was just made, yielded nothing, or what it waited for is done
 *   RUNNING   on the JavaScript stack
 *   WAITING   registered with `target`
 *   NATIVE    waits for a promise; no cancellation can reach it there, but its scope's signal is aborted
 *   ENDED     `returned` or `threw` was called, once
 *
 * READY ──loop──▶ RUNNING ──▶ WAITING ──target done──▶ READY;  RUNNING ──▶ NATIVE ──settled, or given up──▶ RUNNING
 */
export abstract class Strand implements Waiter, ScopeMember, StrandContract, Sink<unknown> {
  /** Who it runs for. */
  readonly task: TaskContract;
  /** The scope that its code belongs to; `null`: the task's own, which nobody has needed yet. */
  #scope: Scope | null;
  /** WAITING: for this. READY: what it waited for, until it looks at the result. */
  target: Waitable | null = null;
  /** The innermost coroutine; `caller` leads to the outer ones. */
  #call: Call | null;
  #context: Context | null;
  /** NATIVE: the promise whose outcome counts. */
  #native: PromiseLike<unknown> | null = null;
  /** What goes into the innermost frame at the next resume. */
  #sent: unknown = undefined;
  #throws = false;

  protected constructor(task: TaskContract, scope: Scope | null, root: Call, context: Context | null) {
    this.task = task;
    this.#scope = scope;
    this.#call = root;
    this.#context = context;
    root.open();
    scope?.add(this);
  }

  get loop(): LoopContract {
    return this.task.getLoop();
  }

  get scope(): Scope {
    if (this.#scope === null) {
      this.#scope = this.makeScope();
      if (this.#native === null) this.#scope.add(this);
    }
    return this.#scope;
  }
  set scope(scope: Scope) {
    this.#scope = scope;
  }

  /** The async context of its steps. */
  get context(): Context | null {
    return this.#context;
  }

  /** The task's own scope, for the first who asks. */
  protected abstract makeScope(): Scope;
  protected abstract returned(value: unknown): void;
  protected abstract threw(error: unknown): void;

  /** A turn of the loop: looks at what was waited for, and goes on. */
  run(): void {
    const target = this.target;
    if (target === null) {
      this.#sent = undefined;
      this.#throws = false;
    } else {
      this.target = null;
      tell(target, this);
    }
    const scope = this.#scope;
    if (scope?.hasUndelivered()) {
      const reason = scope.takeUndelivered();
      if (!this.#throws || !(this.#sent instanceof CancelledError)) this.#sent = makeCancelledError(reason);
      this.#throws = true;
    }
    this.resume();
  }

  /** What it waited for gave a value. */
  onValue(value: unknown): void {
    this.#sent = value;
    this.#throws = false;
  }

  /** What it waited for failed. */
  onError(error: unknown): void {
    this.#sent = error;
    this.#throws = true;
  }

  enter(): Scope {
    this.scope.remove(this);
    this.scope = this.scope.open();
    this.scope.add(this);
    return this.scope;
  }

  leave(): void {
    const scope = this.scope;
    scope.remove(this);
    this.scope = scope.parent as Scope;
    this.scope.add(this);
    scope.close();
  }

  abandon(): boolean {
    const promise = this.#native;
    if (promise === null) return false;
    this.#native = null;
    // What was asked for meanwhile arrives with this, not once more at the next wait.
    const reason = this.scope.takeUndelivered();
    const orphan = this.scope.splitOff();
    this.scope.add(this);
    const { task } = orphan;
    promise.then(
      () => orphan.close(),
      (exception) => {
        orphan.close();
        if (exception instanceof CancelledError) return;
        const message = "exception in an async function that a timeout left behind";
        this.loop.callExceptionHandler({ message, exception, task });
      },
    );
    this.#sent = makeCancelledError(reason);
    this.#throws = true;
    this.resume();
    return true;
  }

  /** Whether it waits for a promise. */
  isNative(): boolean {
    return this.#native !== null;
  }

  /** The coroutines on its stack, the innermost first. */
  *calls(): Iterable<Call> {
    for (let call = this.#call; call !== null; call = call.caller) yield call;
  }

  describeWait(): string {
    if (this.target !== null) return String(this.target);
    if (this.#native === null) return "its next turn";
    const targets = [...this.scope.targets()];
    if (targets.length > 0) return targets.join(" and ");
    return `a promise that is not tsyncio's, in ${this.#call?.name ?? "an async function"}`;
  }

  /** Runs on in its context, also when that is changed on the way. */
  protected resume(): void {
    const outer = registry.stepping;
    registry.stepping = this;
    try {
      while (this.#context === null ? this.#drive() : this.#context.run(DRIVE, this)) {}
    } finally {
      registry.stepping = outer;
    }
  }

  static {
    DRIVE = function (this: Strand): boolean {
      return this.#drive();
    };
  }

  /** Runs frames until one waits. `true`: to be called again, in the context that was asked for. */
  #drive(): boolean {
    for (;;) {
      let result: IteratorResult<unknown, unknown>;
      try {
        const { frame } = this.#call as Call;
        result = this.#throws ? frame.throw(this.#sent) : frame.next(this.#sent);
      } catch (error) {
        if (!this.#pop(error, true)) return false;
        continue;
      }
      if (result.done) {
        if (!this.#pop(result.value, false)) return false;
        continue;
      }
      const suspended = result.value as Waitable | Call | NativeSuspension | ContextSwitch | null | undefined;
      this.#sent = undefined;
      this.#throws = false;
      if (suspended === undefined || suspended === null) {
        this.loop.enqueue(this);
        return false;
      }
      switch (suspended["@@tsyncio"]) {
        case WAIT:
          this.#wait(suspended as Waitable);
          return false;
        case CALL:
          this.#push(suspended as Call);
          continue;
        case NATIVE:
          this.#waitNative((suspended as NativeSuspension).promise);
          return false;
        case SWITCH:
          this.#sent = this.#context;
          this.#context = (suspended as ContextSwitch).context;
          return true;
        default:
          this.#sent = badYield(suspended);
          this.#throws = true;
      }
    }
  }

  #push(call: Call): void {
    try {
      call.open();
    } catch (error) {
      this.#sent = error;
      this.#throws = true;
      return;
    }
    call.caller = this.#call;
    this.#call = call;
  }

  /** The innermost coroutine ended. `false`: it was the last. */
  #pop(outcome: unknown, thrown: boolean): boolean {
    const call = this.#call as Call;
    if (thrown) traceOf(outcome, call.name, this.#throws && this.#sent === outcome);
    this.#call = call.caller;
    call.caller = null;
    if (this.#call !== null) {
      this.#sent = outcome;
      this.#throws = thrown;
      return true;
    }
    this.#scope?.remove(this);
    if (thrown) this.threw(outcome);
    else this.returned(outcome);
    return false;
  }

  #wait(target: Waitable): void {
    const scope = this.#scope;
    const refusal = refuse(this.task, target);
    this.target = refusal === null ? target : new Refused(this.loop, refusal);
    this.target.addWaiter(this);
    if (scope?.hasUndelivered() && this.target.cancel(scope.latestUndelivered())) scope.takeUndelivered();
  }

  #waitNative(thenable: PromiseLike<unknown>): void {
    // What is no promise may throw from its `then`, or call back twice.
    const promise = thenable instanceof Promise ? thenable : Promise.resolve(thenable);
    this.#native = promise;
    // Out of the way: the scope's waits are those of the async function now.
    this.scope.remove(this);
    promise.then(
      (value) => this.#settled(promise, value, false),
      (error) => this.#settled(promise, error, true),
    );
  }

  #settled(promise: PromiseLike<unknown>, outcome: unknown, throws: boolean): void {
    if (this.#native !== promise) return;
    this.#native = null;
    this.#scope?.add(this);
    this.#sent = outcome;
    this.#throws = throws;
    try {
      this.resume();
    } catch (error) {
      if (!isFatal(error)) throw error;
      this.loop.abort(error);
    }
  }
}

function badYield(value: unknown): Error {
  if (typeof (value as Partial<PromiseLike<unknown>>).then === "function") {
    return new RuntimeError("a task got a promise from a plain yield: use yield* fromPromise(promise)");
  }
  return new RuntimeError(`Task got bad yield: ${describe(value)} (write yield* in front of an awaitable)`);
}
