import { describe } from "@tsyncio/contract";

/** A law does not hold. */
export class LawBroken extends Error {
  constructor(message: string) {
    super(message);
    this.name = "LawBroken";
  }
}

/** @throws {@link LawBroken} unless `actual` and `expected` are the same value, or arrays of the same values */
export function same(actual: unknown, expected: unknown, what: string): void {
  if (text(actual) === text(expected) && (typeof actual !== "object" || Array.isArray(actual) || actual === expected))
    return;
  throw new LawBroken(`${what}: expected ${text(expected)}, got ${text(actual)}`);
}

export function holds(value: boolean, what: string): void {
  if (!value) throw new LawBroken(what);
}

/** The error that `call` throws or rejects with; it must be of `type` and say `message`, where these are given. */
export async function throwing(
  call: () => unknown,
  type: abstract new (...args: never[]) => unknown,
  message = "",
): Promise<unknown> {
  let error: unknown;
  try {
    await call();
  } catch (thrown) {
    error = thrown;
    if (!(error instanceof type)) throw new LawBroken(`expected ${type.name}, got ${describe(error)}`);
    const said = (error as Error).message;
    if (!said.includes(message)) {
      throw new LawBroken(`expected an error that says ${JSON.stringify(message)}, got ${JSON.stringify(said)}`);
    }
    return error;
  }
  throw new LawBroken(`expected ${type.name}${message === "" ? "" : `: ${message}`}, and nothing was thrown`);
}

function text(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(text).join(", ")}]` : describe(value);
}
