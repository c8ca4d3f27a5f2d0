const GeneratorFunction = Object.getPrototypeOf(function* () {}).constructor as FunctionConstructor;

/** The caller of `callee`, which was given `body`. A generator is never left behind, so nothing is captured for one. */
export function placeOf(callee: (...args: never[]) => unknown, body: unknown): Place | null {
  return body instanceof GeneratorFunction ? null : new Place(callee);
}

/**
 * Where a timeout was asked for: the caller of one of our functions. Only the one frame is captured, and it is made a text when a report
 * names it.
 */
export class Place {
  declare private readonly stack?: string;

  /** @param callee - the function of ours that was called there */
  constructor(callee: (...args: never[]) => unknown) {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 1;
    Error.captureStackTrace?.(this, callee);
    Error.stackTraceLimit = limit;
  }

  /** `file:line:column`, as far as the host tells. */
  toString(): string {
    return /([^\s()]+:\d+:\d+)\)?\s*$/.exec(this.stack ?? "")?.[1] ?? "an unknown place";
  }
}
