import type { Call, CoroutineFrame, Suspension } from "@tsyncio/contract";
import { PromiseCoroutine, passAsPromise, reused } from "@tsyncio/tasks";
import { Acquire } from "./acquire.js";
import type { Gate } from "./gate.js";
import { nativeCodeGoesOn } from "./native-code.js";
import type { Place } from "./waiter-queue.js";

/** What `acquire()` gives where a promise can do. */
abstract class AcquirePromise extends PromiseCoroutine<true> {
  override get name(): string {
    return "acquire";
  }
}

const DONE: IteratorReturnResult<true> = { done: true, value: true };
const AT_ONCE: Iterator<Suspension, true, unknown> = { next: () => DONE };

/**
 * `acquire()` of what was free, and is taken by now. A gate has one, for all of its calls: to acquire and release makes nothing. A task that is
 * cancelled before its first step gives the permit back.
 */
export class Acquired extends AcquirePromise implements CoroutineFrame<true> {
  static {
    passAsPromise(this);
  }

  caller: Call | null = null;
  private readonly gate: Gate;

  constructor(gate: Gate) {
    super((resolve) => resolve(true));
    this.gate = gate;
  }

  get frame(): CoroutineFrame<true> {
    return this;
  }

  open(): CoroutineFrame<true> {
    return this;
  }

  [Symbol.iterator](): Iterator<Suspension, true, unknown> {
    return AT_ONCE;
  }

  next(): IteratorResult<unknown, true> {
    return DONE;
  }

  throw(error: unknown): never {
    this.gate.release();
    throw error;
  }

  return(value: true): IteratorResult<unknown, true> {
    this.gate.release();
    return { done: true, value };
  }

  close(): void {
    this.gate.release();
  }
}

/** WAITING ──wake──▶ ENTERED; a task takes over or close() is called: ──▶ GONE */
const WAITING = 0;
const ENTERED = 1;
const GONE = 2;

/** What the executor of the latest promise was given: one function for all of them is cheaper than one for each. */
let resolveLatest: (value: true) => void;
const keepResolve = (resolve: (value: true) => void) => {
  resolveLatest = resolve;
};

/**
 * `acquire()` of what is taken, outside of any task: in the line since the call, for whoever awaits it. Where a task takes it over, it leaves the
 * line, and the task waits in its own way.
 */
export class AcquireInLine extends AcquirePromise implements Place {
  static {
    passAsPromise(this);
  }

  before: Place | null = null;
  after: Place | null = null;
  private readonly gate: Gate;
  private readonly resolve: (value: true) => void;
  private state = WAITING;
  /** What a task that took it over runs. */
  declare private operation?: CoroutineFrame<true> & { caller: Call | null };

  constructor(gate: Gate) {
    super(keepResolve);
    this.gate = gate;
    this.resolve = resolveLatest;
    gate.waiters.add(this, null);
  }

  isPending(): boolean {
    return this.state === WAITING;
  }

  isWoken(): boolean {
    return false;
  }

  isLost(): boolean {
    return false;
  }

  /** It comes in there and then, and plain async code goes on when the code that woke it lets it. */
  wake(): void {
    this.gate.waiters.remove(this);
    this.state = ENTERED;
    this.gate.enter();
    nativeCodeGoesOn();
    this.resolve(true);
  }

  left(): void {
    this.state = GONE;
  }

  get caller(): Call | null {
    return this.operation?.caller ?? null;
  }
  set caller(caller: Call | null) {
    if (this.operation !== undefined) this.operation.caller = caller;
  }

  get frame(): CoroutineFrame<true> {
    return this.operation ?? this.open();
  }

  open(): CoroutineFrame<true> {
    if (this.operation !== undefined) throw reused();
    this.operation = this.takeOver();
    return this.operation;
  }

  [Symbol.iterator](): Iterator<Suspension, true, unknown> {
    return this.open() as unknown as Iterator<Suspension, true, unknown>;
  }

  close(): void {
    if (this.state === WAITING) this.gate.waiters.remove(this);
    else if (this.state === ENTERED) this.gate.release();
    this.state = GONE;
  }

  private takeOver(): Acquired | Acquire {
    if (this.state === ENTERED) return new Acquired(this.gate);
    if (this.state === WAITING) this.gate.waiters.remove(this);
    const operation = new Acquire(this.gate);
    operation.open();
    return operation;
  }
}
