import type { LoopContract } from "@tsyncio/contract";
import { FlowControlProtocol, type ReadPipeTransport, StreamWriter, type Transport } from "@tsyncio/streams";
import { Milestone } from "./milestone.js";
import { OutputPipe } from "./output-pipe.js";
import { SubprocessProtocol } from "./protocol.js";
import type { SubprocessTransport } from "./subprocess-transport.js";

/** Joins a process to readers and a writer. */
export class SubprocessStreamProtocol extends SubprocessProtocol {
  readonly #loop: LoopContract;
  readonly #limit: number | undefined;
  readonly #flow: FlowControlProtocol;
  #transport: SubprocessTransport | null = null;
  #exited = false;
  stdin: StreamWriter | null = null;
  /** The pipes of `stdout` and `stderr`, by their numbers. */
  readonly outputs: Map<number, OutputPipe> = new Map();

  constructor(loop: LoopContract, limit: number | undefined) {
    super();
    this.#loop = loop;
    this.#limit = limit;
    this.#flow = new FlowControlProtocol({ loop });
  }

  override connectionMade(transport: SubprocessTransport): void {
    this.#transport = transport;
    const loop = this.#loop;
    for (const [fd, name] of [
      [1, "stdout"],
      [2, "stderr"],
    ] as const) {
      const pipe = transport.getPipeTransport(fd);
      if (pipe === null) continue;
      const end = new Milestone(loop, `end of ${name} of process ${transport.getPid()}`);
      this.outputs.set(fd, new OutputPipe(loop, this.#limit, pipe as ReadPipeTransport, end));
    }
    const pipe = transport.getPipeTransport(0);
    if (pipe !== null) this.stdin = new StreamWriter(pipe as unknown as Transport, this.#flow, null);
  }

  override pipeDataReceived(fd: number, data: Buffer): void {
    this.outputs.get(fd)?.received(data);
  }

  override pipeConnectionLost(fd: number, error: unknown): void {
    if (fd === 0) this.#flow.connectionLost(error);
    else this.outputs.get(fd)?.lost(error);
    this.#closeIfEnded();
  }

  override processExited(): void {
    this.#exited = true;
    this.#closeIfEnded();
  }

  override pauseWriting(): void {
    this.#flow.pauseWriting();
  }

  override resumeWriting(): void {
    this.#flow.resumeWriting();
  }

  #closeIfEnded(): void {
    if (!this.#exited || [...this.outputs.values()].some((output) => !output.ended)) return;
    this.#transport?.close();
  }
}
