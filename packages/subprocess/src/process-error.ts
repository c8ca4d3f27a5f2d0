import { brand, TimeoutError } from "@tsyncio/contract";
import type { Command } from "./options.js";

/** What had come from a process when something went wrong: text where text was asked for; `null` of what is no pipe. */
export interface OutputSoFar {
  readonly stdout: Buffer | string | null;
  readonly stderr: Buffer | string | null;
}

/** A program that `runProcess` ran did not end well, or wrote more than it may. */
export class ProcessError extends Error implements OutputSoFar {
  static {
    brand(this, "ProcessError");
  }
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** Its exit code; `null` when it was ended by a signal. */
  readonly code: number | null;
  /** The signal that ended it; `null` when it ended itself. */
  readonly signal: NodeJS.Signals | null;
  /** What it had written. */
  readonly stdout: Buffer | string;
  readonly stderr: Buffer | string;

  constructor(message: string, details: Omit<ProcessError, keyof Error>) {
    super(message);
    this.command = details.command;
    this.code = details.code;
    this.signal = details.signal;
    this.stdout = details.stdout;
    this.stderr = details.stderr;
  }
}

/** A process took longer than it may, and was ended. */
export class ProcessTimeoutError extends TimeoutError implements OutputSoFar {
  static {
    brand(this, "ProcessTimeoutError");
  }
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** What it had written, and nobody had read. */
  readonly stdout: Buffer | string | null;
  readonly stderr: Buffer | string | null;

  constructor(message: string, command: readonly string[], { stdout, stderr }: OutputSoFar) {
    super(message);
    this.command = command;
    this.stdout = stdout;
    this.stderr = stderr;
  }
}

/** What cancellations cut off. */
const cutOff = new WeakMap<object, OutputSoFar>();

/** Notes what a process had written when `error` ended its scope. */
export function noteOutput(error: object, output: OutputSoFar): void {
  cutOff.set(error, output);
}

/**
 * What a process had written, and nobody had read, when `error` ended it: a cancellation that came out of `subprocess` or `runProcess`, a
 * {@link ProcessTimeoutError} or a {@link ProcessError}. `null` for other errors.
 */
export function outputOf(error: unknown): OutputSoFar | null {
  if (error instanceof ProcessError || error instanceof ProcessTimeoutError) return error;
  return typeof error === "object" && error !== null ? (cutOff.get(error) ?? null) : null;
}

/** The program and its arguments, as a list. */
export function wordsOf({ program, args }: Command): readonly string[] {
  return [program, ...args];
}

/** A command in a message: shortened, should it be long. */
export function showCommand(command: readonly string[]): string {
  const text = command.map((word) => (/^[\w./:=@%+,-]+$/.test(word) ? word : JSON.stringify(word))).join(" ");
  return text.length > 200 ? `${text.slice(0, 197)}...` : text;
}
