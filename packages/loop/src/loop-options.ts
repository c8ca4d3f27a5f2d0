import type { Delay, ExceptionHandler, Host, OptionNames } from "@tsyncio/contract";
import type { ReadyOrder } from "./ready-queue.js";

/** How a loop is made. */
export interface LoopOptions {
  /** What the loop runs on; left out: Node, Bun and Deno, or the web, whichever this is. */
  host?: Host | undefined;
  /** Debug mode; left out: as the environment variable `TSYNCIO_DEBUG` says. */
  debug?: boolean | undefined;
  /**
   * Whether async functions interleave exactly as CPython's coroutines do (the default). `false` keeps asyncio's turns, but not the
   * order of native code inside a turn; it is faster where many async functions run.
   */
  exact?: boolean | undefined;
  /** See `setExceptionHandler`. */
  exceptionHandler?: ExceptionHandler | null | undefined;
  /** How long the error of a failed future or task may stay unread before it is reported (default `"1s"`). */
  unreadErrorsAfter?: Delay | undefined;
  /** How long a timeout waits for an async function that is stuck on a foreign promise (default `"100ms"`; `null`: for ever). */
  abandonAfter?: Delay | null | undefined;
  /**
   * What keeps the callbacks that are ready and says which runs next; left out: a queue, first in, first out, as in asyncio. For tests that
   * try other orders.
   */
  ready?: ReadyOrder | undefined;
}

export const LOOP_OPTIONS: OptionNames<LoopOptions> = {
  host: true,
  debug: true,
  exact: true,
  exceptionHandler: true,
  unreadErrorsAfter: true,
  abandonAfter: true,
  ready: true,
};

/** What `debug` is where nothing is said. */
export function debugByEnvironment(): boolean {
  const value = (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env?.TSYNCIO_DEBUG;
  return value !== undefined && value !== "" && value !== "0";
}
