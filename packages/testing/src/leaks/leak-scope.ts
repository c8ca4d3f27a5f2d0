import type { EventEmitter } from "node:events";
import { checkOptionNames, type Delay, describe, type OptionNames, parseDelay, registry } from "@tsyncio/contract";
import { HostWatch } from "./host-watch.js";
import { type Leak, LeakError, type Watch } from "./leak.js";
import { EmitterWatch, SignalWatch } from "./listener-watch.js";
import { TsyncioWatch } from "./tsyncio-watch.js";

/** How leaks are looked for. */
export interface LeakOptions {
  /** How long, in real time, what ends by itself may take to do so. Default `"100ms"`; it takes no time when nothing is left. */
  settle?: Delay | undefined;
  /** Event emitters and abort signals that must have the listeners that they had, besides `process`. */
  watch?: readonly (EventEmitter | AbortSignal)[] | undefined;
  /** Says which leaks don't count. */
  ignore?: ((leak: Leak) => boolean) | undefined;
}

const OPTIONS: OptionNames<LeakOptions> = { settle: true, watch: true, ignore: true };

/** How often it looks at least: on a busy machine the time may be over before the host has had its turns. */
const LOOKS = 5;

/**
 * Watches what a test leaves behind, from its making to {@link end}: tasks, timers and errors that nobody read, of every loop; what other
 * packages of ours keep open; sockets, servers, child processes, workers, timers of the host that hold the process; listeners of `process`.
 * What was there before does not count. One at a time: of tests that run side by side it can't be said whose a thing is.
 */
export class LeakScope {
  readonly #settle: number;
  readonly #ignore: (leak: Leak) => boolean;
  readonly #watches: readonly Watch[];
  #ended = false;

  /** @throws `ValueError` and `TypeError` for options that are wrong */
  constructor(options: LeakOptions = {}) {
    const { settle = "100ms", watch = [], ignore = () => false } = checkOptionNames("LeakScope()", options, OPTIONS);
    this.#settle = parseDelay(settle, "settle") * 1000;
    this.#ignore = ignore;
    // The loops' own listener of the process's end comes with the first loop that is awaited, and stays.
    registry.defaultLoop?.().host.beforeEnd(() => {})();
    this.#watches = [
      new TsyncioWatch(),
      new ResourceWatch(),
      new HostWatch(),
      ...(globalThis.process === undefined ? [] : [new EmitterWatch(globalThis.process, "process")]),
      ...watch.map(watchListeners),
    ];
  }

  /**
   * Waits until nothing is left, `settle` at the longest.
   * @throws {@link LeakError} for what is left then; the second call does nothing
   */
  async end(): Promise<void> {
    if (this.#ended) return;
    const leaks = await this.#leaks();
    this.stop();
    if (leaks.length > 0) throw new LeakError(leaks);
  }

  /** Ends it without a look. */
  stop(): void {
    this.#ended = true;
    for (const watch of this.#watches) watch.stop();
  }

  async #leaks(): Promise<Leak[]> {
    const end = performance.now() + this.#settle;
    for (let looks = 1, pause = 0; ; looks++, pause = Math.min(2 * pause + 1, 20)) {
      // Handles are gone some turns of the host after they were closed.
      await new Promise((resolve) => setTimeout(resolve, pause));
      const anyLeft = this.#watches.some((watch) => watch.left(false).some((leak) => !this.#ignore(leak)));
      if (!anyLeft) return [];
      if (performance.now() < end || looks < LOOKS) continue;
      return withoutRepeats(this.#watches.flatMap((watch) => watch.left(true))).filter((leak) => !this.#ignore(leak));
    }
  }
}

/**
 * Runs `body`, and fails when something that began in it outlives it: see {@link LeakScope}.
 * @throws what `body` throws, and then nothing is looked for; `LeakError`
 */
export async function leakScope<T>(body: () => T | PromiseLike<T>, options: LeakOptions = {}): Promise<T> {
  if (typeof body !== "function") throw new TypeError(`leakScope() takes a function, got ${describe(body)}`);
  const scope = new LeakScope(options);
  try {
    const result = await body();
    await scope.end();
    return result;
  } finally {
    scope.stop();
  }
}

/** What packages of ours opened and have not closed: they say so themselves. */
class ResourceWatch implements Watch {
  readonly #before = new Set(registry.resources);

  left(): Leak[] {
    const left = [...registry.resources].filter((resource) => !this.#before.has(resource));
    return left.map((resource) => ({ kind: resource.kind, what: resource.describe(), source: resource.source }));
  }

  stop(): void {}
}

/** `leaks` without the handles of the host that another leak, which says more, has the address of. */
function withoutRepeats(leaks: readonly Leak[]): Leak[] {
  return leaks.filter((leak) => {
    const [, address] = /^(?:on|to) (\S+:\d+)$/.exec(leak.what) ?? [];
    if (address === undefined || leak.source !== null) return true;
    return !leaks.some(({ what }) => what !== leak.what && what.includes(address));
  });
}

function watchListeners(target: EventEmitter | AbortSignal): Watch {
  if (typeof (target as Partial<EventEmitter>).rawListeners === "function") {
    return new EmitterWatch(target as EventEmitter, `an object of ${target.constructor.name}`);
  }
  if (target instanceof AbortSignal) return new SignalWatch(target);
  throw new TypeError(`watch takes event emitters and abort signals, got ${describe(target)}`);
}
