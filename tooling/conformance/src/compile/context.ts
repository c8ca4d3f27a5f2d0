// Where in a program, and in the JavaScript made from it, the compiler is.

/** The two ways of writing a coroutine. */
export type Syntax = "generator" | "async";

/** How the operations of a body run: in a coroutine of either kind, or in a plain function, which waits for nothing. */
export type Mode = Syntax | "callback";

/** The words that differ. */
export const WORDS: Readonly<Record<Mode, { readonly head: string; readonly wait: string }>> = {
  generator: { head: "function*", wait: "yield*" },
  async: { head: "async function", wait: "await" },
  callback: { head: "function", wait: "" },
};

export interface Context {
  readonly mode: Mode;
  /** The position of the list of operations, such as `0:3.t.`; the number of a round is `${round1}` in it. */
  readonly path: string;
  /** The variable that holds the exception of the innermost handler around. */
  readonly caught: string | null;
  /** Is there a loop in this function for `break` to leave? */
  readonly inLoop: boolean;
  /** Is this function the body of a block? Then it tells the code after the block how it was left. */
  readonly inBlock: boolean;
  /** A name that nothing else in the body has. */
  readonly fresh: (stem: string) => string;
}

export function bodyContext(mode: Mode, body: number): Context {
  let names = 0;
  return {
    mode,
    path: `${body}:`,
    caught: null,
    inLoop: false,
    inBlock: false,
    fresh: (stem) => `${stem}${++names}`,
  };
}
