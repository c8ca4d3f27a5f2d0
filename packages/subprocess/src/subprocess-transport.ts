import type { ChildProcess } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { type CoroutineGenerator, type LoopContract, ProcessLookupError, registry } from "@tsyncio/contract";
import { callerLocation } from "@tsyncio/loop";
import { BaseTransport, ReadPipeTransport, runInLoop, WritePipeTransport } from "@tsyncio/streams";
import { Milestone } from "./milestone.js";
import { type PipeOwner, type PipeTransport, pipeTransport } from "./pipes.js";
import type { SubprocessProtocol } from "./protocol.js";
import { type Signal, signalNumber } from "./signals.js";

const gone = () => "closed";

/**
 * A process and its pipes, as a transport (`asyncio.SubprocessTransport`). The protocol hears of `connectionMade`, then of data and of the ends of the
 * pipes and the process, in the order they happen, and of `connectionLost(null)` when all of them have ended.
 */
export class SubprocessTransport extends BaseTransport<SubprocessProtocol> implements PipeOwner {
  readonly #loop: LoopContract;
  readonly #child: ChildProcess;
  readonly #pid: number;
  readonly #name: string;
  readonly #pipes = new Map<number, PipeTransport>();
  /** The pipes that are not lost. */
  readonly #open = new Set<number>();
  readonly #exit: Milestone;
  #protocol: SubprocessProtocol;
  #returncode: number | null = null;
  #signal: NodeJS.Signals | null = null;
  #closing = false;

  /** @internal Takes over `child`, which runs. `piped`: which of its three streams are pipes that are ours. */
  constructor(
    loop: LoopContract,
    child: ChildProcess,
    protocol: SubprocessProtocol,
    name: string,
    piped: readonly boolean[],
  ) {
    super();
    this.#loop = loop;
    this.#child = child;
    this.#pid = child.pid as number;
    this.#name = name;
    this.#protocol = protocol;
    this.#exit = new Milestone(loop, `end of process ${this.#pid}`);
    const source = loop.getDebug() ? callerLocation() : null;
    const resource = { kind: "subprocess", describe: () => this.toString(), source };
    registry.resources.add(resource);
    for (const [fd, isPiped] of piped.entries()) {
      if (!isPiped) continue;
      this.#open.add(fd);
      this.#pipes.set(fd, pipeTransport(loop, child.stdio[fd] as Readable | Writable, this, fd));
    }
    const exited = (code: number | null, signal: NodeJS.Signals | null) => this.#exited(code, signal);
    child.on("exit", exited);
    // Also when the loop was closed before, and nobody is told.
    const closed = () => {
      registry.resources.delete(resource);
      // The host and the set hold these for a while longer. Nothing of ours may hang on them, or every small collection copies it.
      resource.describe = gone;
      child.off("exit", exited).off("close", closed);
    };
    child.on("close", closed);
  }

  /** @internal Tells the protocol that the process runs, and begins to read. */
  begin(): void {
    this.#call("connectionMade", () => this.#protocol.connectionMade(this));
    for (const pipe of this.#pipes.values()) if (pipe instanceof ReadPipeTransport) pipe.read();
  }

  /** The number of the process. */
  getPid(): number {
    return this.#pid;
  }

  /** What the process ended with: its exit code, or the negative number of the signal that ended it; `null` while it runs. */
  getReturncode(): number | null {
    return this.#returncode;
  }

  /** @internal The name of the signal that ended it. */
  get signal(): NodeJS.Signals | null {
    return this.#signal;
  }

  /** The transport of the pipe at 0, 1 or 2; `null` where there is none. */
  getPipeTransport(fd: number): PipeTransport | null {
    return this.#pipes.get(fd) ?? null;
  }

  /**
   * Sends a signal to the process: its name or number.
   * @throws `ValueError` for a signal that is unknown; `ProcessLookupError` when the process has ended.
   */
  sendSignal(signal: Signal): void {
    const number = signalNumber(signal);
    if (this.#returncode !== null) throw new ProcessLookupError(`process ${this.#pid} has ended already`);
    try {
      process.kill(this.#pid, number);
    } catch (error) {
      // It has ended, and the host has not told us yet.
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }

  /** Asks the process to end: SIGTERM. */
  terminate(): void {
    this.sendSignal("SIGTERM");
  }

  /** Ends the process: SIGKILL. */
  kill(): void {
    this.sendSignal("SIGKILL");
  }

  /** Closes the pipes, and kills the process if it runs. */
  override close(): void {
    if (this.#closing) return;
    this.#closing = true;
    // First: a process that reads the end of its input may end by itself.
    if (this.#returncode === null) this.kill();
    for (const pipe of this.#pipes.values()) {
      // There will be nobody to read what was not sent.
      if (pipe instanceof WritePipeTransport) pipe.abort();
      else pipe.close();
    }
  }

  override isClosing(): boolean {
    return this.#closing;
  }

  override setProtocol(protocol: SubprocessProtocol): void {
    this.#protocol = protocol;
  }

  override getProtocol(): SubprocessProtocol {
    return this.#protocol;
  }

  /** What is known under `name`: `"subprocess"`, the process as the host has it. */
  override getExtraInfo(name: string, fallback: unknown = null): never {
    return (name === "subprocess" ? this.#child : fallback) as never;
  }

  /** @internal Waits until the process has ended. */
  *wait(): CoroutineGenerator<number> {
    yield* this.#exit.wait();
    return this.#returncode as number;
  }

  /** @internal Closes the transport so many seconds of real time after the process has ended. Returns what takes that back. */
  closeAfterExit(seconds: number): () => void {
    let stop: (() => void) | null = null;
    const begin = () => {
      stop = this.#loop.host.afterRealTime(seconds, () => this.close(), true);
    };
    if (this.#returncode === null) this.#child.once("exit", begin);
    else begin();
    return () => {
      this.#child.off("exit", begin);
      stop?.();
    };
  }

  /** @internal The loop that it lives on. */
  get loop(): LoopContract {
    return this.#loop;
  }

  /** @internal */
  pipeDataReceived(fd: number, data: Buffer): void {
    this.#protocol.pipeDataReceived(fd, data);
  }

  /** @internal */
  pipeConnectionLost(fd: number, error: unknown): void {
    this.#open.delete(fd);
    try {
      this.#protocol.pipeConnectionLost(fd, error);
    } finally {
      this.#finishIfEnded();
    }
  }

  /** @internal */
  pauseWriting(): void {
    this.#protocol.pauseWriting();
  }

  /** @internal */
  resumeWriting(): void {
    this.#protocol.resumeWriting();
  }

  override toString(): string {
    const state = this.#returncode === null ? "running" : `returncode=${this.#returncode}`;
    return `<SubprocessTransport ${this.#name} pid=${this.#pid} ${state}${this.#closing ? " closed" : ""}>`;
  }

  #exited(code: number | null, signal: NodeJS.Signals | null): void {
    this.#signal = signal;
    this.#returncode = code ?? -signalNumber(signal as NodeJS.Signals);
    this.#call("processExited", () => this.#protocol.processExited());
    this.#exit.reach();
    this.#finishIfEnded();
  }

  #finishIfEnded(): void {
    if (this.#returncode === null || this.#open.size > 0) return;
    this.#call("connectionLost", () => this.#protocol.connectionLost(null));
  }

  #call(method: string, callback: () => void): void {
    if (this.#loop.isClosed()) return;
    runInLoop(this.#loop, callback, (exception) => {
      this.#loop.callExceptionHandler({ message: `Fatal error: protocol.${method}() call failed.`, exception });
    });
  }
}
