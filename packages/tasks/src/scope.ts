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
import { CancelTree, latestNumber, nextNumber } from "./cancel-tree.js";
import { InlineStrand } from "./inline-strand.js";
import { NativeWait } from "./native-wait.js";
import { Refused } from "./refuse.js";
import { currentScope } from "./scope-cells.js";

/** What waits in a scope: a native wait, or a strand. `target` is what it waits for, `null` while it does not. */
export interface ScopeMember extends Waiter {
  target: Waitable | null;
  scope: Scope;
}

/** What a scope needs only once async code runs in it. */
interface Concurrency {
  /** Those who wait here, beside the first. */
  members: Set<ScopeMember> | null;
  cell: ScopeCell | null;
  /** The number of the latest native wait that began here: how a timeout sees that an async function is not stuck. */
  lastWait: number;
  controller: AbortController | null;
  observing: number;
}

const NOBODY: ReadonlySet<never> = new Set<never>();

/** Set when a cancellation came back to a scope that is just passing it on: tasks wait for each other in a circle. */
let circle = false;

/**
 * A node of a task's tree of scopes. Async code can wait for several things at once, so the task is too coarse a unit:
 * `timeout`, `taskGroup` and `waitFor` open a child scope, and cancelling a scope reaches it and what is below it, nothing else.
 * Here is who waits in it, and what tells them; {@link CancelTree} counts.
 */
export class Scope extends CancelTree<Scope> implements ScopeContract {
  readonly task: TaskContract;
  /** Who waits here first: a generator task never has a second. */
  #member: ScopeMember | null = null;
  /** Whether a cancellation is just being passed on to the waits. */
  #striking = false;
  #concurrency: Concurrency | null = null;

  constructor(task: TaskContract, parent: Scope | null) {
    super(parent);
    this.task = task;
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
    const number = nextNumber();
    const wait = new NativeWait(this, target, sink, number);
    this.#concurrent().lastWait = number;
    wait.begin();
  }

  runInline<T>(call: Call<T>, sink: Sink<T>): void {
    new InlineStrand(this, call, sink).begin();
  }

  /** Asks what waits in this scope or below to end with a `CancelledError`. */
  cancel(reason?: unknown): boolean {
    if (this.#striking) {
      circle = true;
      return false;
    }
    this.request();
    const limit = latestNumber();
    this.#striking = true;
    let struck: boolean;
    try {
      struck = this.#cancelWaits(reason);
    } finally {
      this.#striking = false;
    }
    // Who asks from inside is not waiting: it has its cancellation coming, beside those that were struck.
    if (!struck || this.#contains(currentScope())) this.keep(reason, struck ? limit : -1);
    this.#abortSignals(reason);
    return true;
  }

  /** Cancels once more where the innermost count is, keeping the count: as a task group does that masks a cancellation. */
  cancelAgain(): void {
    const scope = this.innermostCancelled();
    this.uncancel();
    scope.cancel(undefined);
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
    for (const child of this.children) if (child.hasWaits()) return true;
    return false;
  }

  /** What is waited for in this scope or below. */
  *targets(): Iterable<Waitable> {
    for (const member of [this.#member, ...this.#members]) if (member?.target) yield member.target;
    for (const child of this.children) yield* child.targets();
  }

  /** The number of the latest native wait in this scope or below. */
  lastWait(): number {
    let last = this.#concurrency?.lastWait ?? 0;
    for (const child of this.children) last = Math.max(last, child.lastWait());
    return last;
  }

  /**
   * Moves the async code that runs in this scope to a scope that nothing above reaches any more, and whose next wait gets a
   * cancellation, once. The caller closes it when that code has ended.
   */
  splitOff(): Scope {
    const orphan = new Scope(this.task, null);
    orphan.keep(undefined, -1);
    for (const member of [this.#member, ...this.#members]) {
      if (member === null) continue;
      this.remove(member);
      orphan.add(member);
      member.scope = orphan;
    }
    const state = this.#concurrent();
    this.bequeathChildren(orphan);
    orphan.#concurrent().cell = state.cell;
    if (state.cell !== null) state.cell.scope = orphan;
    state.cell = null;
    return orphan;
  }

  /** Ends the scope. Waits that are still registered are cancelled: whoever began them has left. */
  close(): void {
    const { parent } = this;
    if (this.#member !== null || this.#members.size > 0) this.#cancelOwnWaits(undefined);
    const cell = this.#concurrency?.cell;
    if (cell) {
      cell.scope = null;
      cell.up = parent?.cell ?? null;
    }
    if (parent !== null) this.bequeathTo(parent);
    else for (const child of [...this.children]) child.close();
  }

  protected override asNode(): Scope {
    return this;
  }

  /** A signal that is aborted is given up, so that a retry gets a fresh one. */
  protected override renewed(): void {
    if (this.#concurrency?.controller?.signal.aborted) this.#concurrency.controller = null;
  }

  get #members(): ReadonlySet<ScopeMember> {
    return this.#concurrency?.members ?? NOBODY;
  }

  #concurrent(): Concurrency {
    this.#concurrency ??= { members: null, cell: null, lastWait: 0, controller: null, observing: 0 };
    return this.#concurrency;
  }

  #contains(scope: ScopeContract | null): boolean {
    if (!(scope instanceof Scope)) return false;
    for (let s: Scope | null = scope; s !== null; s = s.parent) if (s === this) return true;
    return false;
  }

  /** Whether anything was cancelled. */
  #cancelWaits(reason: unknown): boolean {
    let struck = this.#cancelOwnWaits(reason);
    for (const child of [...this.children]) if (child.#cancelWaits(reason)) struck = true;
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
    for (const child of [...this.children]) child.#abortSignals(reason);
  }

  /** The reason of the innermost signal on the path that is aborted. */
  #abortReason(): CancelledError | null {
    for (let scope: Scope | null = this; scope !== null; scope = scope.parent) {
      const signal = scope.#concurrency?.controller?.signal;
      if (signal?.aborted) return signal.reason as CancelledError;
    }
    return null;
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
