import { type Delay, type LoopContract, loopForNew, type TimerEntry, type Waitable } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { secondsOf } from "@tsyncio/loop";
import { type Coroutine, SingleWait } from "@tsyncio/tasks";

/**
 * Waits for `delay` (`asyncio.sleep`): seconds, or a string such as `"250ms"`; gives `value`. At 0 and below it gives up one turn of the
 * loop. Cancelling it removes the timer.
 * @throws `ValueError` at the call for `NaN` and strings that are no delay.
 */
export function sleep(delay: Delay): Coroutine<void>;
export function sleep<T>(delay: Delay, value: T): Coroutine<T>;
export function sleep(delay: Delay, value?: unknown): Coroutine<unknown> {
  const seconds = secondsOf(delay);
  return value === undefined ? new Sleep(seconds) : new SleepWithValue(seconds, value);
}

class Sleep extends SingleWait<unknown> {
  private readonly _seconds: number;

  constructor(seconds: number) {
    super();
    this._seconds = seconds;
  }

  get name(): string {
    return "sleep";
  }

  protected override begin(): Waitable | undefined {
    return this._seconds > 0 ? new Alarm(loopForNew(), this._seconds) : undefined;
  }

  protected override end(): unknown {
    return undefined;
  }
}

class SleepWithValue extends Sleep {
  private readonly _value: unknown;

  constructor(seconds: number, value: unknown) {
    super(seconds);
    this._value = value;
  }

  protected override end(): unknown {
    return this._value;
  }
}

/** A future that is its own timer. Cancelling it cancels the timer. */
class Alarm extends Future<void> implements TimerEntry {
  readonly #when: number;
  sequence = 0;
  scheduled = false;

  constructor(loop: LoopContract, seconds: number) {
    super({ loop });
    this.#when = loop.time() + seconds;
    loop.addTimer(this);
  }

  when(): number {
    return this.#when;
  }

  override cancel(reason?: unknown): boolean {
    if (!super.cancel(reason)) return false;
    this.getLoop().timerCancelled(this);
    return true;
  }

  /** The timer rang. */
  run(): void {
    if (!this.done()) this.setResult();
  }

  protected override describeSelf(): string {
    return super.describeSelf().replace("Future", "sleep");
  }
}
