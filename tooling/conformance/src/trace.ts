// What a program leaves: one line for each thing that happens.

/** More than any program of the corpus writes, by far: one that gets here runs endlessly. */
const MOST_LINES = 6000;

export class Trace {
  readonly lines: string[] = [];
  /** Set with the last line: code that winds down afterwards writes nothing. */
  #ended = false;

  readonly #now: () => number;
  readonly #who: () => string;
  readonly #format: (value: unknown) => string;
  readonly #overflow: () => void;

  /** `overflow` is called once, when the trace is full. */
  constructor(source: {
    now: () => number;
    who: () => string;
    format: (value: unknown) => string;
    overflow: () => void;
  }) {
    this.#now = source.now;
    this.#who = source.who;
    this.#format = source.format;
    this.#overflow = source.overflow;
  }

  get full(): boolean {
    return this.lines.length >= MOST_LINES;
  }

  readonly line = (position: string, operation: string, mark: string, ...values: unknown[]): void => {
    if (this.#ended) return;
    this.#write(this.#who(), position, operation, mark, values);
    if (!this.full) return;
    this.#ended = true;
    this.#overflow();
  };

  /** A line of the program as a whole, the last one. */
  last(operation: string, mark: string, ...values: unknown[]): void {
    this.#ended = true;
    this.#write("-", "-", operation, mark, values);
  }

  #write(who: string, position: string, operation: string, mark: string, values: unknown[]): void {
    this.lines.push([this.#now(), who, position, operation, mark, ...values.map(this.#format)].join(" "));
  }
}
