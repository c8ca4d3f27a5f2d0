import type { ChildProcess } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { type CoroutineGenerator, type LoopContract, ProcessLookupError, registry } from "@tsyncio/contract";
import { callerLocation } from "@tsyncio/loop";
import { BaseTransport, ReadPipeTransport, runInLoop, WritePipeTransport } from "@tsyncio/streams";
import { Milestone } from "./milestone.js";
import { type PipeOwner, type PipeTransport, pipeTransport } from "./pipes.js";
import type { SubprocessProtocol } from "./protocol.js";
import { type Signal, signalNumber } from "./signals.js";

/**
 * A process that runs, for the list of what is open. The host keeps what listens to a child for a while: that knows this alone, which forgets the
 * transport.
 */
class Running {
  readonly kind = "subprocess";
  transport: SubprocessTransport | null;
  /** Where it was made; known in debug mode. */
  readonly source: string | null;

  constructor(transport: SubprocessTransport, source: string | null) {
    this.transport = transport;
    this.source = source;
    registry.resources.add(this);
  }

  watch(child: ChildProcess): void {
    child.on("exit", (code: number | null, signal: NodeJS.Signals | null) => this.transport?.exited(code, signal));
    // Also when the loop was closed before, and nobody is told.
    child.on("close", () => {
      registry.resources.delete(this);
      this.transport = null;
    });
  }

  describe(): string {
    return this.transport?.toString() ?? "closed";
  }
}

/**
 * A process and its pipes, as a transport (`asyncio.SubprocessTransport`). The protocol hears of `connectionMade`, then of data and of the ends of the
 * pipes and the process, in the order they happen, and of `connectionLost(null)` when all of them have ended.
 */
export class SubprocessTransport extends BaseTransport<SubprocessProtocol> implements PipeOwner {
  readonly #loop: LoopContract;
  readonly #child: ChildProcess;
  readonly #pid: number;
  readonly #name: string;
  /** By their numbers; `null` for what is no pipe. */
  readonly #pipes: readonly (PipeTransport | null)[];
  /** How many pipes are not lost. */
  #open = 0;
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
    const running = new Running(this, loop.getDebug() ? callerLocation() : null);
    this.#pipes = piped.map((isPiped, fd) => {
      if (!isPiped) return null;
      this.#open++;
      return pipeTransport(loop, child.stdio[fd] as Readable | Writable, this, fd);
    });
    running.watch(child);
  }

  /** @internal Tells the protocol that the process runs, and begins to read. */
  begin(): void {
    this.#call("connectionMade", () => this.#protocol.connectionMade(this));
    for (const pipe of this.#pipes) if (pipe instanceof ReadPipeTransport) pipe.read();
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
    return this.#pipes[fd] ?? null;
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
    for (const pipe of this.#pipes) {
      // There will be nobody to read what was not sent.
      if (pipe instanceof WritePipeTransport) pipe.abort();
      else pipe?.close();
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
    this.#open--;
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

  /** @internal The process has ended. */
  exited(code: number | null, signal: NodeJS.Signals | null): void {
    this.#signal = signal;
    this.#returncode = code ?? -signalNumber(signal as NodeJS.Signals);
    this.#call("processExited", () => this.#protocol.processExited());
    this.#exit.reach();
    this.#finishIfEnded();
  }

  #finishIfEnded(): void {
    if (this.#returncode === null || this.#open > 0) return;
    this.#call("connectionLost", () => this.#protocol.connectionLost(null));
  }

  #call(method: string, callback: () => void): void {
    if (this.#loop.isClosed()) return;
    runInLoop(this.#loop, callback, (exception) => {
      this.#loop.callExceptionHandler({ message: `Fatal error: protocol.${method}() call failed.`, exception });
    });
  }
}
