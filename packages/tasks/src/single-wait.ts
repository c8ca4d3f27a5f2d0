import {
  type Call,
  type CoroutineFrame,
  registry,
  type ScopeContract,
  type Sink,
  type Waitable,
} from "@tsyncio/contract";
import { Coroutine, ENDED, NEW, notDriven, reused } from "./coroutine.js";
import { watchForAwait } from "./never-awaited.js";

/** NEW ──a task opens it──▶ OPEN ──▶ WAITING ──▶ ENDED; `yield*` and `await` go from NEW to WAITING. */
const OPEN = 1;
const WAITING = 2;

/**
 * A coroutine that waits once and needs no generator for it: `yield*` on it hands the task what it waits for, and no frame of its own.
 * The lighter kind of awaitable, for what is called often.
 */
export abstract class SingleWait<T> extends Coroutine<T> implements CoroutineFrame<T>, Sink<unknown> {
  caller: Call | null = null;

  constructor() {
    super();
    watchForAwait(this);
  }

  /** What is waited for; `undefined`: one turn of the loop. */
  protected abstract begin(): Waitable | undefined;
  /** The result, from what the wait gave. */
  protected abstract end(sent: unknown): T;

  /** Its own. */
  get frame(): CoroutineFrame<T> {
    return this;
  }

  override open(): CoroutineFrame<T> {
    if (this.state > NEW) throw reused();
    this.leave(OPEN);
    return this;
  }

  override next(sent?: unknown): IteratorResult<unknown, T> {
    if (this.state === WAITING) {
      const target = this.value as Waitable | undefined;
      if (target === undefined ? registry.stepping === null : !target.done()) throw notDriven(this);
      return this.return(this.end(sent));
    }
    this.value = this.start();
    return this as unknown as IteratorResult<unknown, T>;
  }

  /** The wait of an async function is over. */
  onValue(sent: unknown): void {
    this.state = ENDED;
    (this.value as Sink<T>).onValue(this.end(sent));
  }

  /** The wait of an async function failed. */
  onError(error: unknown): void {
    this.state = ENDED;
    (this.value as Sink<T>).onError(error);
  }

  protected override awaitIn(scope: ScopeContract, sink: Sink<T>): void {
    // Not used as an iterator result: it says where the outcome goes.
    this.value = sink;
    scope.waitFor(this.start() ?? null, this);
  }

  protected start(): Waitable | undefined {
    if (this.state > OPEN) throw reused();
    this.leave(WAITING);
    return this.begin();
  }
}
