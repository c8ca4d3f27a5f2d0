import { type CoroutineGenerator, describe, RuntimeError, ValueError } from "@tsyncio/contract";
import type { StreamReader, StreamWriter, Writable } from "@tsyncio/streams";
import { type Coroutine, coroutine } from "@tsyncio/tasks";
import { collectOutput, type Output } from "./collect-output.js";
import type { Signal } from "./signals.js";
import type { PIPE } from "./stdio.js";
import type { SubprocessStreamProtocol } from "./stream-protocol.js";
import type { SubprocessTransport } from "./subprocess-transport.js";

/** What stands for the stream `K` of a process made with the options `O`: `End` where it is a pipe, `null` where it is not. */
export type Piped<O, K extends "stdin" | "stdout" | "stderr", End> = K extends keyof O
  ? O[K] extends typeof PIPE
    ? End
    : typeof PIPE extends O[K]
      ? End | null
      : null
  : null;

/** The {@link Process} that options of the type `O` make: which of its streams are pipes. */
export type ProcessOf<O> = Process<
  Piped<O, "stdin", StreamWriter>,
  Piped<O, "stdout", StreamReader>,
  Piped<O, "stderr", StreamReader>
>;

/** What `communicate()` gives for a stream. */
type Collected<S> = S extends StreamReader ? Buffer : null;

/** A process, and the pipes to it (`asyncio.subprocess.Process`). Made by `createSubprocessExec` and `createSubprocessShell`. */
export class Process<
  In extends StreamWriter | null = StreamWriter | null,
  Out extends StreamReader | null = StreamReader | null,
  Err extends StreamReader | null = StreamReader | null,
> {
  /** Writes to the process, where its `stdin` is a pipe. */
  readonly stdin: In;
  /** The number of the process. */
  readonly pid: number;
  readonly #transport: SubprocessTransport;
  readonly #protocol: SubprocessStreamProtocol;
  #communicating = false;
  /** `communicate()` was called: the input was given then. */
  #fed = false;

  /** @internal */
  constructor(transport: SubprocessTransport, protocol: SubprocessStreamProtocol) {
    this.#transport = transport;
    this.#protocol = protocol;
    this.stdin = protocol.stdin as In;
    this.pid = transport.getPid();
  }

  /** Reads what the process writes, where its `stdout` is a pipe. */
  get stdout(): Out {
    return (this.#protocol.stdout?.reader ?? null) as Out;
  }

  /** Reads what the process writes to its `stderr`, where that is a pipe. */
  get stderr(): Err {
    return (this.#protocol.stderr?.reader ?? null) as Err;
  }

  /** What the process ended with: its exit code, or the negative number of the signal that ended it; `null` while it runs. */
  get returncode(): number | null {
    return this.#transport.getReturncode();
  }

  /**
   * Waits until the process has ended, and gives its {@link returncode}. Does not wait for what it started itself. Any number may wait. A cancellation
   * ends the wait only. With pipes that nobody reads the process may be stuck for ever: {@link communicate} reads them.
   */
  wait(): Coroutine<number> {
    return waiting(this.#transport);
  }

  /**
   * Writes `input` and closes `stdin`, collects `stdout` and `stderr` up to their ends, waits for the end of the process, and gives what came of the
   * two; `null` for what is no pipe. What is in memory is not limited. A process that does not read its input is no error.
   *
   * A cancellation leaves the process as it is. Called again, without input, it goes on with what was collected before.
   * @throws `ValueError` at the call: input without a pipe to write it to, or a second input.
   */
  communicate(input: Writable | null = null): Coroutine<[stdout: Collected<Out>, stderr: Collected<Err>]> {
    if (input !== null && typeof input !== "string" && !(input instanceof Uint8Array)) {
      throw new TypeError(`input must be a Uint8Array, a string or null, got ${describe(input)}`);
    }
    if (input !== null && this.#protocol.stdin === null) {
      throw new ValueError("communicate() was given input, but stdin is not a pipe: write { stdin: PIPE }");
    }
    if (input !== null && this.#fed) throw new ValueError("Cannot send input after starting communication");
    return communicating(() => this.collect(input, Number.POSITIVE_INFINITY, () => {})) as Coroutine<never>;
  }

  /**
   * Sends a signal to the process: its name or number.
   * @throws `ValueError` for a signal that is unknown; `ProcessLookupError` when the process has ended.
   */
  sendSignal(signal: Signal): void {
    this.#transport.sendSignal(signal);
  }

  /** Asks the process to end: SIGTERM. Throws as {@link sendSignal}. */
  terminate(): void {
    this.#transport.terminate();
  }

  /** Ends the process: SIGKILL. Throws as {@link sendSignal}. */
  kill(): void {
    this.#transport.kill();
  }

  toString(): string {
    return `<Process ${this.pid}>`;
  }

  /** @internal {@link communicate} that collects at most `limit` bytes of each: more has `overrun` called. */
  *collect(input: Writable | null, limit: number, overrun: (name: string) => void): CoroutineGenerator<Output> {
    if (this.#communicating) throw new RuntimeError("communicate() called while another coroutine already waits in it");
    this.#communicating = true;
    try {
      if (!this.#fed) this.#feed(input);
      return yield* collectOutput(this.#protocol, limit, overrun);
    } finally {
      this.#communicating = false;
    }
  }

  /** @internal Removes and gives what came of `stdout` and `stderr` and nobody has read. */
  takeOutput(): { stdout: Buffer | null; stderr: Buffer | null } {
    const { stdout, stderr } = this.#protocol;
    return { stdout: stdout?.takeAll() ?? null, stderr: stderr?.takeAll() ?? null };
  }

  /** @internal Nobody will read what comes from now on: it is dropped, so that the process is not held up by a full pipe. */
  drop(): void {
    this.#protocol.stdout?.drop();
    this.#protocol.stderr?.drop();
  }

  /** @internal */
  get transport(): SubprocessTransport {
    return this.#transport;
  }

  #feed(input: Writable | null): void {
    this.#fed = true;
    const { stdin } = this.#protocol;
    if (input !== null) stdin?.write(input);
    stdin?.close();
  }
}

const waiting = coroutine(function wait(transport: SubprocessTransport) {
  return transport.wait();
});

const communicating = coroutine(function communicate(collect: () => CoroutineGenerator<Output>) {
  return collect();
});
