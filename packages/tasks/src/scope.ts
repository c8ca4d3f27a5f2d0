import type {
  Call,
  CancelledError,
  LoopContract,
  ScopeCell,
  ScopeContract,
  Sink,
  TaskContract,
  Waitable,
  Waiter,
} from "@tsyncio/contract";
import { makeCancelledError } from "@tsyncio/futures";
import { InlineStrand } from "./inline-strand.js";
import { NativeWait } from "./native-wait.js";
import { Refused } from "./refuse.js";
import { currentScope } from "./scope-cells.js";

/** What waits in a scope: a native wait, or a strand. `target` is what it waits for, `null` while it does not. */
export interface ScopeMember extends Waiter {
  target: Waitable | null;
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

/** What a scope needs only once it is cancelled. */
interface Cancellation {
  /** How many cancellations were asked for and not taken back. */
  requests: number;
  /** Whether one is just being passed on to the waits. */
  striking: boolean;
  undelivered: Undelivered | null;
  /** In a task's own scope: the reason of the latest cancellation that did not arrive at once. */
  latestReason: unknown;
}

/** What a scope needs only once async code runs in it, or a scope below it is opened. */
interface Concurrency {
  children: Set<Scope> | null;
  /** Those who wait here, beside the first. */
  members: Set<ScopeMember> | null;
  cell: ScopeCell | null;
  /** The number of the latest native wait that began here: how a timeout sees that an async function is not stuck. */
  lastWait: number;
  controller: AbortController | null;
  observing: number;
}

const NOBODY: ReadonlySet<never> = new Set<never>();

let sequence = 0;

/** Set when a cancellation came back to a scope that is just passing it on: tasks wait for each other in a circle. */
let circle = false;

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
  #parent: Scope | null;
  /** Who waits here first: a generator task never has a second. */
  #member: ScopeMember | null = null;
  #cancellation: Cancellation | null = null;
  #concurrency: Concurrency | null = null;

  constructor(task: TaskContract, parent: Scope | null) {
    this.task = task;
    this.#parent = parent;
    if (parent !== null) parent.#addChild(this);
  }

  get loop(): LoopContract {
    return this.task.getLoop();
  }

  /** What async functions of this scope store in their context. */
  get cell(): ScopeCell {
    const state = this.#concurrent();
    state.cell ??= { scope: this, up: null, loop: this.loop };
    return state.cell;
  }

  /** The scope above; `null` for a task's own, and for one that was cut off. */
  get parent(): Scope | null {
    return this.#parent;
  }

  open(): Scope {
    return new Scope(this.task, this);
  }

  add(member: ScopeMember): void {
    if (this.#member === null) this.#member = member;
    else {
      const state = this.#concurrent();
      state.members ??= new Set();
      state.members.add(member);
    }
  }

  remove(member: ScopeMember): void {
    if (this.#member === member) this.#member = null;
    else this.#concurrency?.members?.delete(member);
  }

  waitFor<T>(target: Waitable<T> | null, sink: Sink<T>): void {
    const wait = new NativeWait(this, target, sink, ++sequence);
    this.#concurrent().lastWait = sequence;
    wait.begin();
  }

  runInline<T>(call: Call<T>, sink: Sink<T>): void {
    new InlineStrand(this, call, sink).begin();
  }

  /** Asks what waits in this scope or below to end with a `CancelledError`. */
  cancel(reason?: unknown): boolean {
    const state = this.#cancelled();
    if (state.striking) {
      circle = true;
      return false;
    }
    state.requests++;
    const limit = sequence;
    state.striking = true;
    let struck: boolean;
    try {
      struck = this.#cancelWaits(reason);
    } finally {
      state.striking = false;
    }
    // Who asks from inside is not waiting: it has its cancellation coming, beside those that were struck.
    if (!struck || this.#contains(currentScope())) {
      this.#cancelled().undelivered = { reason, sequence: ++sequence, after: struck ? limit : -1 };
      this.#root().#cancelled().latestReason = reason;
    }
    this.#abortSignals(reason);
    return true;
  }

  /** Whether a cancellation was ever asked for. */
  wasCancelled(): boolean {
    return this.#cancellation !== null;
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
    for (const child of this.#children) sum += child.cancellingBelow();
    return sum;
  }

  /** Takes one cancellation back; how many are left on the path to the root. */
  uncancel(): number {
    for (let scope: Scope | null = this; scope !== null; scope = scope.#parent) {
      if (scope.#takeOne()) break;
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
      const undelivered = scope.#cancellation?.undelivered;
      if (undelivered && wait > undelivered.after) return true;
    }
    return false;
  }

  /** Drops what is undelivered on the path; the reason of the latest. */
  takeUndelivered(): unknown {
    const latest = this.latestUndelivered();
    for (let scope: Scope | null = this; scope !== null; scope = scope.#parent) {
      if (scope.#cancellation !== null) scope.#cancellation.undelivered = null;
    }
    return latest;
  }

  /** The reason of the latest cancellation on the path that is undelivered. */
  latestUndelivered(): unknown {
    let latest: Undelivered | null = null;
    for (let scope: Scope | null = this; scope !== null; scope = scope.#parent) {
      const own: Undelivered | null | undefined = scope.#cancellation?.undelivered;
      if (own && (latest === null || own.sequence > latest.sequence)) latest = own;
    }
    return latest?.reason;
  }

  /** The reason of the latest cancellation of the task that did not arrive at once. asyncio shows it in what `gather` gives. */
  get latestReason(): unknown {
    return this.#cancellation?.latestReason;
  }

  /** The signal of this scope, made on first use: aborted, with the `CancelledError` as reason, while it is being cancelled. */
  get signal(): AbortSignal {
    const state = this.#concurrent();
    if (state.controller === null) {
      state.controller = this.loop.host.createAbortController();
      if (this.cancelling() > 0) state.controller.abort(makeCancelledError(this.latestUndelivered()));
    }
    return state.controller.signal;
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

  get observing(): number {
    return this.#concurrency?.observing ?? 0;
  }
  set observing(count: number) {
    this.#concurrent().observing = count;
  }

  /** Whether something of ours is waited for in this scope or below. */
  hasWaits(): boolean {
    if (this.#member !== null && this.#member.target !== null) return true;
    for (const member of this.#members) if (member.target !== null) return true;
    for (const child of this.#children) if (child.hasWaits()) return true;
    return false;
  }

  /** What is waited for in this scope or below. */
  *targets(): Iterable<Waitable> {
    for (const member of [this.#member, ...this.#members]) if (member?.target) yield member.target;
    for (const child of this.#children) yield* child.targets();
  }

  /** The number of the latest native wait in this scope or below. */
  lastWait(): number {
    let last = this.#concurrency?.lastWait ?? 0;
    for (const child of this.#children) last = Math.max(last, child.lastWait());
    return last;
  }

  /**
   * Moves the async code that runs in this scope to a scope that nothing above reaches any more, and whose next wait gets a
   * cancellation, once. The caller closes it when that code has ended.
   */
  splitOff(): Scope {
    const orphan = new Scope(this.task, null);
    orphan.#cancelled().undelivered = { reason: undefined, sequence: ++sequence, after: -1 };
    for (const member of [this.#member, ...this.#members]) {
      if (member === null) continue;
      this.remove(member);
      orphan.add(member);
      member.scope = orphan;
    }
    const state = this.#concurrent();
    for (const child of this.#children) orphan.#adopt(child);
    state.children = null;
    orphan.#concurrent().cell = state.cell;
    if (state.cell !== null) state.cell.scope = orphan;
    state.cell = null;
    return orphan;
  }

  /** Ends the scope. Waits that are still registered are cancelled: whoever began them has left. */
  close(): void {
    const parent = this.#parent;
    if (this.#member !== null || this.#members.size > 0) this.#cancelOwnWaits(undefined);
    const cell = this.#concurrency?.cell;
    if (cell) {
      cell.scope = null;
      cell.up = parent?.cell ?? null;
    }
    if (parent === null) {
      for (const child of [...this.#children]) child.close();
      return;
    }
    parent.#concurrency?.children?.delete(this);
    for (const child of this.#children) parent.#adopt(child);
    const mine = this.#cancellation;
    if (mine === null) return;
    const its = parent.#cancelled();
    its.requests += mine.requests;
    if (mine.undelivered === null) return;
    if (its.undelivered === null || mine.undelivered.sequence > its.undelivered.sequence)
      its.undelivered = mine.undelivered;
  }

  get #requests(): number {
    return this.#cancellation?.requests ?? 0;
  }

  get #children(): ReadonlySet<Scope> {
    return this.#concurrency?.children ?? NOBODY;
  }

  get #members(): ReadonlySet<ScopeMember> {
    return this.#concurrency?.members ?? NOBODY;
  }

  #cancelled(): Cancellation {
    this.#cancellation ??= { requests: 0, striking: false, undelivered: null, latestReason: undefined };
    return this.#cancellation;
  }

  #concurrent(): Concurrency {
    this.#concurrency ??= { children: null, members: null, cell: null, lastWait: 0, controller: null, observing: 0 };
    return this.#concurrency;
  }

  #root(): Scope {
    let scope: Scope = this;
    while (scope.#parent !== null) scope = scope.#parent;
    return scope;
  }

  #addChild(child: Scope): void {
    const state = this.#concurrent();
    state.children ??= new Set();
    state.children.add(child);
  }

  #adopt(child: Scope): void {
    child.#parent = this;
    this.#addChild(child);
  }

  #contains(scope: ScopeContract | null): boolean {
    if (!(scope instanceof Scope)) return false;
    for (let s: Scope | null = scope; s !== null; s = s.#parent) if (s === this) return true;
    return false;
  }

  /** Whether anything was cancelled. */
  #cancelWaits(reason: unknown): boolean {
    let struck = this.#cancelOwnWaits(reason);
    for (const child of [...this.#children]) if (child.#cancelWaits(reason)) struck = true;
    return struck;
  }

  #cancelOwnWaits(reason: unknown): boolean {
    let struck = this.#member !== null && strike(this.#member, reason);
    for (const member of [...this.#members]) if (strike(member, reason)) struck = true;
    return struck;
  }

  #abortSignals(reason: unknown): void {
    const controller = this.#concurrency?.controller;
    if (controller && !controller.signal.aborted) controller.abort(makeCancelledError(reason));
    for (const child of [...this.#children]) child.#abortSignals(reason);
  }

  /** The reason of the innermost signal on the path that is aborted. */
  #abortReason(): CancelledError | null {
    for (let scope: Scope | null = this; scope !== null; scope = scope.#parent) {
      const signal = scope.#concurrency?.controller?.signal;
      if (signal?.aborted) return signal.reason as CancelledError;
    }
    return null;
  }

  /** Nothing is being cancelled any more: drops what is undelivered, and a signal that is aborted, so that a retry gets a fresh one. */
  #renew(): void {
    if (this.#cancellation !== null) this.#cancellation.undelivered = null;
    if (this.#concurrency?.controller?.signal.aborted) this.#concurrency.controller = null;
  }

  #renewBelow(): void {
    this.#renew();
    for (const child of this.#children) child.#renewBelow();
  }

  #takeOneBelow(): boolean {
    for (const child of this.#children) if (child.#takeOneBelow()) return true;
    return this.#takeOne();
  }

  #takeOne(): boolean {
    if (this.#cancellation === null || this.#cancellation.requests === 0) return false;
    this.#cancellation.requests--;
    return true;
  }
}

/** Cancels what `member` waits for. In a circle of tasks that wait for each other, one has to stop waiting. */
function strike(member: ScopeMember, reason: unknown): boolean {
  const { target } = member;
  if (target === null) return false;
  circle = false;
  if (target.cancel(reason)) return true;
  if (!circle) return false;
  circle = false;
  if (!target.removeWaiter(member)) return false;
  member.target = new Refused(member.loop, makeCancelledError(reason));
  member.loop.enqueue(member);
  return true;
}
