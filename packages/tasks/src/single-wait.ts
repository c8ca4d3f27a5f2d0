import { type CoroutineFrame, type ErrorHandler, RuntimeError, type Sink, type Waitable } from "@tsyncio/contract";
import { Coroutine, reused } from "./coroutine.js";
import { currentScope } from "./scope-cells.js";

/** NEW ──a task opens it──▶ OPEN ──▶ WAITING ──▶ ENDED; `yield*` and `await` go from NEW to WAITING. */
const NEW = 0;
const OPEN = 1;
const WAITING = 2;
const ENDED = 3;

/**
 * A coroutine that waits once and needs no generator for it: `yield*` on it hands the task what it waits for, and no frame of its own.
 * The lighter kind of awaitable, for what is called often.
 */
export abstract class SingleWait<T> extends Coroutine<T> implements CoroutineFrame<T>, Sink<unknown> {
  #step = NEW;
  /** Where the outcome goes, when an async function waits. */
  #sink: Sink<T> | null = null;

  constructor(name: string) {
    super(NO_FRAME, name);
  }

  /** What is waited for; `undefined`: one turn of the loop. */
  protected abstract begin(): Waitable | undefined;
  /** The result, from what the wait gave. */
  protected abstract end(sent: unknown): T;

  override get frame(): CoroutineFrame<T> {
    return this;
  }

  override isUsed(): boolean {
    return this.#step !== NEW;
  }

  override open(): CoroutineFrame<T> {
    if (this.#step !== NEW) throw reused();
    this.#step = OPEN;
    this.noteUse();
    return this;
  }

  override next(sent?: unknown): IteratorResult<unknown, T> {
    if (this.#step === WAITING) {
      const target = this.value as Waitable | undefined;
      if (target?.done() === false)
        throw new RuntimeError(`${this} was driven by something that is no task: write yield*`);
      return this.return(this.end(sent));
    }
    this.value = this.#begin();
    return this as unknown as IteratorResult<unknown, T>;
  }

  override throw(error: unknown): never {
    this.#step = ENDED;
    throw error;
  }

  override return(value: T): IteratorResult<unknown, T> {
    this.#step = ENDED;
    this.done = true;
    this.value = value;
    return this as unknown as IteratorResult<unknown, T>;
  }

  override close(): void {
    this.#step = ENDED;
    this.noteUse();
  }

  override then<A = T, B = never>(
    onValue?: ((value: T) => A | PromiseLike<A>) | null,
    onError?: ErrorHandler<B> | null,
  ): Promise<A | B> {
    const scope = currentScope();
    if (scope === null) return super.then(onValue, onError);
    return new Promise<T>((resolve, reject) => {
      this.noteScope(scope);
      const target = this.#begin();
      this.#sink = { onValue: resolve, onError: reject };
      scope.waitFor(target ?? null, this);
    }).then(onValue, onError);
  }

  /** The wait of an async function is over. */
  onValue(sent: unknown): void {
    this.#step = ENDED;
    this.#sink?.onValue(this.end(sent));
  }

  /** The wait of an async function failed. */
  onError(error: unknown): void {
    this.#step = ENDED;
    this.#sink?.onError(error);
  }

  #begin(): Waitable | undefined {
    if (this.#step > OPEN) throw reused();
    if (this.#step === NEW) this.noteUse();
    this.#step = WAITING;
    return this.begin();
  }
}

/** Stands for the frame that the base class wants: a {@link SingleWait} is its own. */
const NO_FRAME: CoroutineFrame<never> = {
  next: () => ({ done: true, value: undefined as never }),
  throw(error) {
    throw error;
  },
  return: (value) => ({ done: true, value }),
};
