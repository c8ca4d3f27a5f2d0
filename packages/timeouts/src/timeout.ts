import {
  type Body,
  CancelledError,
  checkOptionNames,
  type Delay,
  describe,
  type HandleContract,
  type OptionNames,
  parseDelay,
  RuntimeError,
  type ScopeContract,
  type StrandContract,
  ValueError,
} from "@tsyncio/contract";
import { type Coroutine, callBody, coroutine, currentStrand, onAbort } from "@tsyncio/tasks";
import { Abandonment } from "./abandonment.js";
import { makeTimeoutError, Place } from "./place.js";

/** {@link Timeout.run}, asked for at `place`; with a deadline so many seconds after its beginning, if `delay` is given. */
export let runFrom: <T>(
  place: Place,
  timeout: Timeout,
  body: Body<[Timeout], T>,
  delay?: number | null,
) => Coroutine<T>;

/** How a timeout behaves. */
export interface TimeoutOptions {
  /**
   * How long the timeout waits, once it has struck, for an async function that is stuck on a foreign promise; then that is left behind.
   * Left out: as the task or its loop says (default `"100ms"`). `null`: for ever.
   */
  abandonAfter?: Delay | null | undefined;
  /** Cancels the body when it is aborted. */
  signal?: AbortSignal | undefined;
}

const OPTIONS: OptionNames<TimeoutOptions> = { abandonAfter: true, signal: true };

/**
 * CREATED ──run──▶ ACTIVE ──deadline──▶ EXPIRING ──body ends──▶ EXPIRED
 *                    └──────body ends──────────────────────────▶ FINISHED
 */
type State = "created" | "active" | "expiring" | "expired" | "finished";

/** Cancels a body at a deadline, and turns that cancellation into a `TimeoutError` (`asyncio.Timeout`). */
export class Timeout {
  #state: State = "created";
  #when: number | null;
  readonly #options: TimeoutOptions;
  readonly #abandonAfter: number | null | undefined;
  #timer: HandleContract | null = null;
  #strand: StrandContract | null = null;
  #scope: ScopeContract | null = null;
  #abandonment: Abandonment | null = null;
  #place: Place | null = null;

  /** @param when - in seconds of `loop.time()`; `null`: never */
  constructor(when: number | null, options: TimeoutOptions = {}) {
    this.#when = checkWhen(when);
    this.#options = checkOptionNames("Timeout()", options, OPTIONS);
    const { abandonAfter, signal } = options;
    // Only to have a bad one refused here.
    if (signal !== undefined) onAbort(signal, () => {})();
    this.#abandonAfter =
      abandonAfter === undefined || abandonAfter === null ? abandonAfter : parseDelay(abandonAfter, "abandonAfter");
  }

  /** The deadline in seconds of `loop.time()`, `null` for none. */
  when(): number | null {
    return this.#when;
  }

  /** Whether the deadline has struck. */
  expired(): boolean {
    return this.#state === "expiring" || this.#state === "expired";
  }

  /** The signal of the body, for host functions: aborted when the timeout strikes, or what is around it is cancelled. */
  get signal(): AbortSignal {
    if (this.#scope === null) throw new RuntimeError("Timeout has not been entered");
    return this.#scope.signal;
  }

  /**
   * Moves the deadline, in seconds of `loop.time()`; `null`: never. One in the past strikes in the next turn.
   * @throws `RuntimeError` before the body begins and after the timeout has struck.
   */
  reschedule(when: number | null): void {
    if (this.#state !== "active") {
      if (this.#state === "created") throw new RuntimeError("Timeout has not been entered");
      throw new RuntimeError(`Cannot change state of ${this.#state} Timeout`);
    }
    this.#when = checkWhen(when);
    this.#timer?.cancel();
    this.#timer = this.#arm();
  }

  /**
   * Runs `body(timeout)`. At the deadline what it waits for is cancelled; it may clean up, and is waited for. A timeout runs once.
   * @throws `TimeoutError` when the body ends by the timeout's cancellation, and by no other.
   */
  run<T>(body: Body<[Timeout], T>): Coroutine<T> {
    return runFrom(new Place(this.run), this, body);
  }

  static {
    runFrom = <T>(place: Place, timeout: Timeout, body: Body<[Timeout], T>, delay: number | null = null) => {
      timeout.#place = place;
      return timeout.#run(callBody<T>(body, [timeout], "timeout"), delay) as Coroutine<T>;
    };
  }

  toString(): string {
    const when = this.#state === "active" ? ` when=${this.#when?.toFixed(3) ?? null}` : "";
    return `<Timeout [${this.#state}]${when}>`;
  }

  readonly #run = coroutine(function* timeout(this: Timeout, body: Coroutine<unknown>, delay: number | null) {
    if (this.#state !== "created") throw new RuntimeError("Timeout has already been entered");
    const strand = currentStrand("Timeout");
    const before = strand.scope.cancelling();
    this.#state = "active";
    this.#strand = strand;
    const scope = strand.enter();
    this.#scope = scope;
    if (delay !== null) this.#when = scope.loop.time() + delay;
    this.#timer = this.#arm();
    const { signal } = this.#options;
    const stopListening = signal === undefined ? null : onAbort(signal, () => scope.cancel(signal.reason));
    try {
      const value = yield* body;
      this.#end();
      return value;
    } catch (error) {
      // Another cancellation that arrived meanwhile wins over this timeout: its count is still there.
      if (this.#end() <= before && error instanceof CancelledError) throw makeTimeoutError(this.#place as Place);
      throw error;
    } finally {
      stopListening?.();
      strand.leave();
    }
  });

  /** Has the timer strike at the deadline: in the next turn where that has passed. */
  #arm(): HandleContract | null {
    if (this.#when === null) return null;
    const { loop } = this.#scope as ScopeContract;
    const strike = { run: () => this.#strike(), toString: () => `<Timeout ${this.#when}>` };
    return this.#when > loop.time()
      ? loop.enqueueAt(this.#when, strike)
      : loop.callSoon(() => strike.run(), { context: null });
  }

  #strike(): void {
    const scope = this.#scope as ScopeContract;
    this.#state = "expiring";
    this.#timer = null;
    const patience = this.#abandonAfter === undefined ? scope.task.abandonAfter : this.#abandonAfter;
    scope.cancel();
    if (patience === null) return;
    this.#abandonment = new Abandonment(this.#strand as StrandContract, scope, patience, String(this.#place));
  }

  /** The body has ended. When the timeout struck: takes its cancellation back, and gives the count of those that are left. */
  #end(): number {
    this.#timer?.cancel();
    this.#timer = null;
    this.#abandonment?.stop();
    if (this.#state !== "expiring") {
      this.#state = "finished";
      return Number.POSITIVE_INFINITY;
    }
    this.#state = "expired";
    return (this.#scope as ScopeContract).uncancel();
  }
}

function checkWhen(when: number | null): number | null {
  if (when === null) return null;
  if (typeof when !== "number")
    throw new TypeError(`when must be a number of seconds of loop.time(), or null, got ${describe(when)}`);
  if (Number.isNaN(when)) throw new ValueError("Invalid when: NaN (not a number)");
  return when;
}
