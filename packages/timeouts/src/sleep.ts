import {
  type CoroutineFrame,
  type Delay,
  type LoopContract,
  loopForNew,
  parseDelay,
  type Runnable,
  type Suspension,
  type TimerHandleContract,
} from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { Coroutine } from "@tsyncio/tasks";

/**
 * Waits for `delay` (`asyncio.sleep`): seconds, or a string such as `"250ms"`; gives `value`. At 0 and below it gives up one turn of the
 * loop. Cancelling it removes the timer.
 * @throws `ValueError` at the call for `NaN` and strings that are no delay.
 */
export function sleep(delay: Delay): Coroutine<void>;
export function sleep<T>(delay: Delay, value: T): Coroutine<T>;
export function sleep(delay: Delay, value?: unknown): Coroutine<unknown> {
  return new Coroutine(new SleepFrame(parseDelay(delay), value), "sleep");
}

/** What a generator of `sleep` would do, in less: it waits once, for a future of its own. */
class SleepFrame<T> implements CoroutineFrame<T> {
  readonly #seconds: number;
  readonly #value: T;
  #begun = false;

  constructor(seconds: number, value: T) {
    this.#seconds = seconds;
    this.#value = value;
  }

  next(): IteratorResult<Suspension, T> {
    if (this.#begun) return { done: true, value: this.#value };
    this.#begun = true;
    return { done: false, value: this.#seconds > 0 ? new Alarm(loopForNew(), this.#seconds) : undefined };
  }

  throw(error: unknown): never {
    throw error;
  }

  return(value: T): IteratorResult<Suspension, T> {
    return { done: true, value };
  }
}

/** A future that a timer finishes. Cancelling it cancels the timer. */
class Alarm extends Future<void> implements Runnable {
  readonly #timer: TimerHandleContract;

  constructor(loop: LoopContract, seconds: number) {
    super({ loop });
    this.#timer = loop.enqueueAt(loop.time() + seconds, this);
  }

  override cancel(reason?: unknown): boolean {
    this.#timer.cancel();
    return super.cancel(reason);
  }

  /** The timer rang. */
  run(): void {
    if (!this.done()) this.setResult();
  }

  protected override describeSelf(): string {
    return super.describeSelf().replace("Future", "sleep");
  }
}
