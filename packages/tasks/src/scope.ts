import {
  type Call,
  CancelledError,
  type LoopContract,
  type ScopeCell,
  type ScopeContract,
  type Sink,
  type TaskContract,
  type Waitable,
  type Waiter,
} from "@tsyncio/contract";
import { makeCancelledError } from "@tsyncio/futures";
import { InlineStrand } from "./inline-strand.js";
import { Refused, refuse } from "./refuse.js";
import { currentScope } from "./scope-cells.js";

/** What waits in a scope: a native wait, or a strand. `target` is what it waits for, `null` while it does not. */
export interface ScopeMember {
  readonly target: Waitable | null;
  scope: Scope;
}

/**
 * A cancellation that has been asked for and not arrived: it found no wait to cancel, so it is kept for the next one.
 * `after`: where it did cancel other waits, the number of the last wait it may not strike (they have theirs).
 */
interface Undelivered {
  reason: unknown;
  sequence: number;
  after: number;
}

let sequence = 0;

/**
 * A node of a task's tree of scopes. Async code can wait for several things at once, so the task is too coarse a unit:
 * `timeout`, `taskGroup` and `waitFor` open a child scope, and cancelling a scope reaches it and what is below it, nothing else.
 *
 * Where code is sequential the path from the running scope to the root behaves as CPython's single counter and `_must_cancel`:
 * - `cancelling` is the sum of the counts on the path;
 * - `uncancel` takes one from the innermost scope that has any; at 0 it drops what is undelivered on the path;
 * - a scope that ends hands its count and what is undelivered to its parent.
 */
export class Scope implements ScopeContract {
  readonly task: TaskContract;
  readonly loop: LoopContract;
  #parent: Scope | null;
  #children: Set<Scope> | null = null;
  /** Those who wait here. The first has a field of its own: a generator task never has a second. */
  #member: ScopeMember | null = null;
  #members: Set<ScopeMember> | null = null;
  /** How many cancellations were asked for and not taken back. */
  #requests = 0;
  #undelivered: Undelivered | null = null;
  #cell: ScopeCell | null = null;
  #controller: AbortController | null = null;
  /** In a task's own scope: the reason of the latest cancellation that did not arrive at once. */
  #latestReason: unknown;
  /** The number of the latest native wait that began here: how a timeout sees that an async function is not stuck. */
  #lastWait = 0;

  constructor(task: TaskContract, loop: LoopContract, parent: Scope | null) {
    this.task = task;
    this.loop = loop;
    this.#parent = parent;
    if (parent !== null) (parent.#children ??= new Set()).add(this);
  }

  /** What async functions of this scope store in their context. */
  get cell(): ScopeCell {
    this.#cell ??= { scope: this, up: null, loop: this.loop };
    return this.#cell;
  }

  /** The scope above; `null` for a task's own, and for one that was cut off. */
  get parent(): Scope | null {
    return this.#parent;
  }

  open(): Scope {
    return new Scope(this.task, this.loop, this);
  }

  add(member: ScopeMember): void {
    if (this.#member === null) this.#member = member;
    else (this.#members ??= new Set()).add(member);
  }

  remove(member: ScopeMember): void {
    if (this.#member === member) this.#member = null;
    else this.#members?.delete(member);
  }

  waitFor<T>(target: Waitable<T>, sink: Sink<T>): void {
    const wait = new NativeWait(this, target, sink, ++sequence);
    this.#lastWait = sequence;
    wait.begin();
  }

  runInline<T>(call: Call<T>, sink: Sink<T>): void {
    new InlineStrand(this, call, sink).begin();
  }

  /** Asks what waits in this scope or below to end with a `CancelledError`. */
  cancel(reason?: unknown): void {
    this.#requests++;
    const limit = sequence;
    const struck = this.#cancelWaits(reason);
    // Who asks from inside is not waiting: it has its cancellation coming, beside those that were struck.
    if (!struck || this.#contains(currentScope())) {
      this.#undelivered = { reason, sequence: ++sequence, after: struck ? limit : -1 };
      this.#root().#latestReason = reason;
    }
    this.#abortSignals(reason);
  }

  /** The count from here to the root. */
  cancelling(): number {
    let sum = 0;
    for (let scope: Scope | null = this; scope !== null; scope = scope.#parent) sum += scope.#requests;
    return sum;
  }

  /** The count of this scope and all below it. */
  cancellingBelow(): number {
    let sum = this.#requests;
    if (this.#children !== null) for (const child of this.#children) sum += child.cancellingBelow();
    return sum;
  }

  /** Takes one cancellation back; how many are left on the path to the root. */
  uncancel(): number {
    for (let scope: Scope | null = this; scope !== null; scope = scope.#parent) {
      if (scope.#requests === 0) continue;
      scope.#requests--;
      break;
    }
    const left = this.cancelling();
    if (left === 0) for (let scope: Scope | null = this; scope !== null; scope = scope.#parent) scope.#renew();
    return left;
  }

  /** {@link uncancel} from outside the task: over the whole tree, the innermost first. */
  uncancelBelow(): number {
    this.#takeOneBelow();
    const left = this.cancellingBelow();
    if (left === 0) this.#renewBelow();
    return left;
  }

  /** Cancels once more where the innermost count is, keeping the count: as a task group does that masks a cancellation. */
  cancelAgain(): void {
    let scope: Scope = this;
    while (scope.#requests === 0 && scope.#parent !== null) scope = scope.#parent;
    this.uncancel();
    scope.cancel(undefined);
  }

  /** Whether a cancellation waits on the path to the root for its next wait. `wait`: the number of the wait that asks. */
  hasUndelivered(wait: number = Number.POSITIVE_INFINITY): boolean {
    for (let scope: Scope | null = this; scope !== null; scope = scope.#parent) {
      if (scope.#undelivered !== null && wait > scope.#undelivered.after) return true;
    }
    return false;
  }

  /** Drops what is undelivered on the path; the reason of the latest. */
  takeUndelivered(): unknown {
    const latest = this.latestUndelivered();
    for (let scope: Scope | null = this; scope !== null; scope = scope.#parent) scope.#undelivered = null;
    return latest;
  }

  /** The reason of the latest cancellation on the path that is undelivered. */
  latestUndelivered(): unknown {
    let latest: Undelivered | null = null;
    for (let scope: Scope | null = this; scope !== null; scope = scope.#parent) {
      const own: Undelivered | null = scope.#undelivered;
      if (own !== null && (latest === null || own.sequence > latest.sequence)) latest = own;
    }
    return latest?.reason;
  }

  /** The reason of the latest cancellation of the task that did not arrive at once. asyncio shows it in what `gather` gives. */
  get latestReason(): unknown {
    return this.#latestReason;
  }

  /** The signal of this scope, made on first use: aborted, with the `CancelledError` as reason, while it is being cancelled. */
  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      if (this.cancelling() > 0) this.#controller.abort(makeCancelledError(this.latestUndelivered()));
    }
    return this.#controller.signal;
  }

  /**
   * The `CancelledError` that `error` stands for, when a cancellation of this scope was asked for and host code told of it in its own way:
   * with the signal's reason, something caused by it, or an `AbortError` without a cause.
   */
  cancellationBehind(error: unknown): CancelledError | null {
    if (this.cancelling() === 0 || typeof error !== "object" || error === null) return null;
    const reason = this.#abortReason();
    for (let e: unknown = error, depth = 0; typeof e === "object" && e !== null && depth < 16; depth++) {
      if (e === reason) return reason;
      e = (e as { cause?: unknown }).cause;
    }
    const { name, cause } = error as { name?: unknown; cause?: unknown };
    if (name !== "AbortError" || (cause !== undefined && cause !== null)) return null;
    return reason ?? makeCancelledError(this.latestUndelivered());
  }

  /** Whether something of ours is waited for in this scope or below. */
  hasWaits(): boolean {
    if (this.#member !== null && this.#member.target !== null) return true;
    if (this.#members !== null) for (const member of this.#members) if (member.target !== null) return true;
    if (this.#children !== null) for (const child of this.#children) if (child.hasWaits()) return true;
    return false;
  }

  /** What is waited for in this scope or below. */
  *targets(): Iterable<Waitable> {
    for (const member of [this.#member, ...(this.#members ?? [])]) if (member?.target) yield member.target;
    for (const child of this.#children ?? []) yield* child.targets();
  }

  /** The number of the latest native wait in this scope or below. */
  lastWait(): number {
    let last = this.#lastWait;
    if (this.#children !== null) for (const child of this.#children) last = Math.max(last, child.lastWait());
    return last;
  }

  /**
   * Moves the async code of this scope, all but `stays`, to a scope that nothing above reaches any more, and whose next wait gets a
   * cancellation, once. The caller closes it when that code has ended.
   */
  splitOff(stays: ScopeMember): Scope {
    const orphan = new Scope(this.task, this.loop, null);
    orphan.#undelivered = { reason: undefined, sequence: ++sequence, after: -1 };
    for (const member of [this.#member, ...(this.#members ?? [])]) {
      if (member === null || member === stays) continue;
      this.remove(member);
      orphan.add(member);
      member.scope = orphan;
    }
    for (const child of this.#children ?? []) orphan.#adopt(child);
    this.#children = null;
    orphan.#cell = this.#cell;
    if (this.#cell !== null) this.#cell.scope = orphan;
    this.#cell = null;
    return orphan;
  }

  /** Ends the scope. Waits that are still registered are cancelled: whoever began them has left. */
  close(): void {
    const parent = this.#parent;
    if (this.#members !== null || this.#member !== null) this.#cancelOwnWaits(undefined);
    if (this.#cell !== null) {
      this.#cell.scope = null;
      this.#cell.up = parent?.cell ?? null;
    }
    if (parent === null) {
      if (this.#children !== null) for (const child of [...this.#children]) child.close();
      return;
    }
    parent.#children?.delete(this);
    if (this.#children !== null) for (const child of this.#children) parent.#adopt(child);
    parent.#requests += this.#requests;
    const mine = this.#undelivered;
    if (mine !== null && (parent.#undelivered === null || mine.sequence > parent.#undelivered.sequence)) {
      parent.#undelivered = mine;
    }
  }

  #root(): Scope {
    let scope: Scope = this;
    while (scope.#parent !== null) scope = scope.#parent;
    return scope;
  }

  #adopt(child: Scope): void {
    child.#parent = this;
    (this.#children ??= new Set()).add(child);
  }

  #contains(scope: ScopeContract | null): boolean {
    if (!(scope instanceof Scope)) return false;
    for (let s: Scope | null = scope; s !== null; s = s.#parent) if (s === this) return true;
    return false;
  }

  /** Whether anything was cancelled. */
  #cancelWaits(reason: unknown): boolean {
    let struck = this.#cancelOwnWaits(reason);
    if (this.#children !== null) for (const child of [...this.#children]) if (child.#cancelWaits(reason)) struck = true;
    return struck;
  }

  #cancelOwnWaits(reason: unknown): boolean {
    let struck = this.#member?.target?.cancel(reason) ?? false;
    if (this.#members !== null) {
      for (const member of [...this.#members]) if (member.target?.cancel(reason)) struck = true;
    }
    return struck;
  }

  #abortSignals(reason: unknown): void {
    if (this.#controller !== null && !this.#controller.signal.aborted) {
      this.#controller.abort(makeCancelledError(reason));
    }
    if (this.#children !== null) for (const child of [...this.#children]) child.#abortSignals(reason);
  }

  /** The reason of the innermost signal on the path that is aborted. */
  #abortReason(): CancelledError | null {
    for (let scope: Scope | null = this; scope !== null; scope = scope.#parent) {
      if (scope.#controller?.signal.aborted) return scope.#controller.signal.reason as CancelledError;
    }
    return null;
  }

  /** Nothing is being cancelled any more: drops what is undelivered, and a signal that is aborted, so that a retry gets a fresh one. */
  #renew(): void {
    this.#undelivered = null;
    if (this.#controller?.signal.aborted) this.#controller = null;
  }

  #renewBelow(): void {
    this.#renew();
    if (this.#children !== null) for (const child of this.#children) child.#renewBelow();
  }

  #takeOneBelow(): boolean {
    if (this.#children !== null) for (const child of this.#children) if (child.#takeOneBelow()) return true;
    if (this.#requests === 0) return false;
    this.#requests--;
    return true;
  }
}

/** An `await` of an async function, registered in its scope. */
class NativeWait<T> implements Waiter, ScopeMember {
  readonly loop: LoopContract;
  target: Waitable<T> | null;
  scope: Scope;
  readonly #sink: Sink<T>;
  readonly #sequence: number;

  constructor(scope: Scope, target: Waitable<T>, sink: Sink<T>, number: number) {
    this.loop = scope.loop;
    this.target = target;
    this.scope = scope;
    this.#sink = sink;
    this.#sequence = number;
  }

  begin(): void {
    const target = this.target as Waitable<T>;
    const refusal = refuse(this.scope, target);
    if (refusal !== null) {
      this.target = new Refused(this.loop, refusal);
      this.loop.enqueue(this);
      return;
    }
    this.scope.add(this);
    target.addWaiter(this);
    if (this.scope.hasUndelivered() && target.cancel(this.scope.latestUndelivered())) this.scope.takeUndelivered();
  }

  run(): void {
    const target = this.target as { result(): T };
    this.target = null;
    const scope = this.scope;
    scope.remove(this);
    this.loop.wakesNative();
    let value: T | undefined;
    let error: unknown;
    let failed = false;
    try {
      value = target.result();
    } catch (thrown) {
      failed = true;
      error = thrown;
    }
    if (scope.hasUndelivered(this.#sequence)) {
      const reason = scope.takeUndelivered();
      if (!failed || !(error instanceof CancelledError)) error = makeCancelledError(reason);
      failed = true;
    }
    if (failed) this.#sink.onError(error);
    else this.#sink.onValue(value as T);
  }

  toString(): string {
    return `<Task ${this.scope.task.getName()} await>`;
  }
}
