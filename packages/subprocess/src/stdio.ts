import type { Readable, Writable } from "node:stream";
import { describe, ValueError } from "@tsyncio/contract";
import type { StreamReader } from "@tsyncio/streams";

/** A stream of the process is a pipe to this program (`asyncio.subprocess.PIPE`). */
export const PIPE: -1 = -1;
/** `stderr` goes where `stdout` goes (`asyncio.subprocess.STDOUT`). */
export const STDOUT: -2 = -2;
/** A stream of the process is the null device (`asyncio.subprocess.DEVNULL`). */
export const DEVNULL: -3 = -3;

/** `null`: the one of this program; a number: a file descriptor of this program. */
type Common = typeof PIPE | typeof DEVNULL | null | number;

/** What a process may have as `stdin`: also a stream of the host that has a descriptor, or the `stdout` or `stderr` of another process. */
export type Stdin = Common | Readable | StreamReader;
/** What a process may have as `stdout`: also a stream of the host that has a descriptor. */
export type Stdout = Common | Writable;
/** What a process may have as `stderr`. */
export type Stderr = Stdout | typeof STDOUT;

/** What the host calls an entry of `stdio`. */
export type HostStdio = "pipe" | "ignore" | number | Readable | Writable;

/** A stream of the host, as far as it is looked at: its descriptor may not be there yet. */
interface HostStream {
  readonly fd?: unknown;
  readonly _handle?: unknown;
}

/** How the host is told what stream `fd` of a process is. */
export function hostStdio(name: string, fd: number, what: Stdin | Stdout | undefined): HostStdio {
  if (what === undefined || what === null) return fd;
  if (what === PIPE) return "pipe";
  if (what === DEVNULL) return "ignore";
  if (typeof what === "number") {
    if (Number.isInteger(what) && what >= 0) return what;
    const hint = what === STDOUT ? ": STDOUT is for stderr alone" : "";
    throw new ValueError(`${name} must be PIPE, DEVNULL, null, a file descriptor or a stream, got ${what}${hint}`);
  }
  const { fd: descriptor, _handle: handle } = what as HostStream;
  if (typeof descriptor === "number" || (typeof handle === "object" && handle !== null)) return what as Readable;
  if (typeof (what as Partial<Readable>).pipe === "function") {
    throw new TypeError(`${name} is a stream without a file descriptor; of a file, wait for its "open" event first`);
  }
  throw new TypeError(
    `${name} must be PIPE, DEVNULL, null, a file descriptor or a stream with a descriptor, got ${describe(what)}`,
  );
}
