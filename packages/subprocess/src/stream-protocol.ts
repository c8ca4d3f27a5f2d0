import type { LoopContract } from "@tsyncio/contract";
import { FlowControlProtocol, type ReadPipeTransport, StreamWriter, type Transport } from "@tsyncio/streams";
import { Milestone } from "./milestone.js";
import { OutputPipe } from "./output-pipe.js";
import type { PipeTransport } from "./pipes.js";
import { SubprocessProtocol } from "./protocol.js";
import type { SubprocessTransport } from "./subprocess-transport.js";

/** Joins a process to readers and a writer. */
export class SubprocessStreamProtocol extends SubprocessProtocol {
  readonly #loop: LoopContract;
  readonly #limit: number | undefined;
  /** Of `stdin`, where that is a pipe. */
  #flow: FlowControlProtocol | null = null;
  #transport: SubprocessTransport | null = null;
  #exited = false;
  stdin: StreamWriter | null = null;
  /** Where it is a pipe. */
  stdout: OutputPipe | null = null;
  /** Where it is a pipe. */
  stderr: OutputPipe | null = null;
  /** The process has ended, and its outputs have. There from `connectionMade` on. */
  complete!: Milestone;

  constructor(loop: LoopContract, limit: number | undefined) {
    super();
    this.#loop = loop;
    this.#limit = limit;
  }

  override connectionMade(transport: SubprocessTransport): void {
    this.#transport = transport;
    const loop = this.#loop;
    this.complete = new Milestone(loop, `end of process ${transport.getPid()} and its output`);
    this.stdout = this.#outputPipe(transport.getPipeTransport(1));
    this.stderr = this.#outputPipe(transport.getPipeTransport(2));
    const pipe = transport.getPipeTransport(0);
    if (pipe === null) return;
    this.#flow = new FlowControlProtocol({ loop });
    this.stdin = new StreamWriter(pipe as unknown as Transport, this.#flow, null);
  }

  override pipeDataReceived(fd: number, data: Buffer): void {
    (fd === 1 ? this.stdout : this.stderr)?.received(data);
  }

  override pipeConnectionLost(fd: number, error: unknown): void {
    if (fd === 0) this.#flow?.connectionLost(error);
    else (fd === 1 ? this.stdout : this.stderr)?.lost(error);
    this.#closeIfEnded();
  }

  override processExited(): void {
    this.#exited = true;
    this.#closeIfEnded();
  }

  override pauseWriting(): void {
    this.#flow?.pauseWriting();
  }

  override resumeWriting(): void {
    this.#flow?.resumeWriting();
  }

  #outputPipe(transport: PipeTransport | null): OutputPipe | null {
    return transport === null ? null : new OutputPipe(this.#loop, this.#limit, transport as ReadPipeTransport);
  }

  #closeIfEnded(): void {
    if (!this.#exited || this.stdout?.ended === false || this.stderr?.ended === false) return;
    this.#transport?.close();
    this.complete.reach();
  }
}
