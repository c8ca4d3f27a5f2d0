/** How many frames are kept: each costs at every call. */
const FRAMES = 4;

/** Where a function of ours was called: errors that come later show it, instead of our inside. It is made a text only then. */
export class CallSite {
  declare private readonly stack?: string;

  /** @param callee - the function that was called there */
  constructor(callee: (...args: never[]) => unknown) {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = Math.min(limit, FRAMES);
    Error.captureStackTrace?.(this, callee);
    Error.stackTraceLimit = limit;
  }

  /** Has `error` show where the call was. */
  mark<E extends Error>(error: E): E {
    const frames = (this.stack ?? "").split("\n").filter((line) => /^ +at (?!.*\bnode:internal\/)/.test(line));
    error.stack = [`${error.name}: ${error.message}`, ...frames].join("\n");
    return error;
  }
}
