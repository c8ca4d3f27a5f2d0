import type { MeterName } from "./child/meters.ts";

/** What a child process is told to measure. */
export interface Job {
  /** The file of the suite that holds this peer's programs. */
  readonly file: string;
  /** The name the program is exported under. */
  readonly program: string;
  /** How a program of this peer is run: the name of a module in `child/drivers`, of a loop in `child/main.py`. */
  readonly driver: string;
  readonly meter: MeterName;
  /** How many units one run is made of. */
  readonly n: number;
  /** Small runs (a tenth of n) of which nothing is kept are made until this many milliseconds have passed. */
  readonly warmUp: number;
  /** Then runs are measured until this many milliseconds have passed, one at least. */
  readonly measure: number;
}
