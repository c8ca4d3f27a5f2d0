/** What a program says about itself: by default all of it is measured, from its call to its end. */
export interface Meter {
  /** What came before was preparation: measure from here. */
  begin(): void;
  /** What comes after is clean-up: measure up to here. */
  end(): void;
}

/** Nanoseconds of the clock, those in which the event loop did not sleep, or bytes resident in memory. */
export type MeterName = "elapsed" | "busy" | "resident";

const readings: Record<MeterName, () => number> = {
  elapsed: () => performance.now() * 1e6,
  busy: () => (performance.now() - performance.nodeTiming.idleTime) * 1e6,
  // Under `node --expose-gc`.
  resident: () => {
    globalThis.gc?.();
    return process.memoryUsage.rss();
  },
};

/** How far the meter called `name` moves in one run of `program`. */
export async function measure(name: MeterName, program: (meter: Meter) => Promise<unknown>): Promise<number> {
  const read = readings[name];
  let start: number;
  let stop: number | undefined;
  start = read();
  await program({
    begin: () => {
      start = read();
    },
    end: () => {
      stop = read();
    },
  });
  return (stop ?? read()) - start;
}
