/** What a program says about itself: by default all of it is measured, from its call to its end. */
export interface Meter {
  /** What came before was preparation: measure from here. */
  begin(): void;
  /** What comes after is clean-up: measure up to here. */
  end(): void;
}

/**
 * Nanoseconds in which the main thread worked, or bytes resident in memory. Not the time on the clock: that has the sleep of
 * sleeping tasks in it, and the work of other programs on the machine. Where other threads do the work, there is nothing but that: `elapsed`.
 */
export type MeterName = "busy" | "resident" | "elapsed";

const readings: Record<MeterName, () => number> = {
  busy: () => {
    // Linux brings a thread's account up to date when that of its process is asked for, else some milliseconds later.
    process.cpuUsage();
    const { user, system } = process.threadCpuUsage();
    return (user + system) * 1e3;
  },
  elapsed: () => performance.now() * 1e6,
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
