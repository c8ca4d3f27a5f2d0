import type { Readable, Writable } from "node:stream";
import type { LoopContract } from "@tsyncio/contract";
import { Protocol, ReadPipeTransport, WritePipeTransport } from "@tsyncio/streams";

/** Who hears of the pipes of a process. */
export interface PipeOwner {
  pipeDataReceived(fd: number, data: Buffer): void;
  pipeConnectionLost(fd: number, error: unknown): void;
  pauseWriting(): void;
  resumeWriting(): void;
}

/** A pipe to or from a process, as its transport sees it: hands on to the owner, and says whose it is. */
export class PipeProtocol extends Protocol {
  readonly #owner: PipeOwner;
  readonly #fd: number;

  constructor(owner: PipeOwner, fd: number) {
    super();
    this.#owner = owner;
    this.#fd = fd;
  }

  override dataReceived(data: Buffer): void {
    this.#owner.pipeDataReceived(this.#fd, data);
  }

  override connectionLost(error: unknown): void {
    this.#owner.pipeConnectionLost(this.#fd, error);
  }

  override pauseWriting(): void {
    this.#owner.pauseWriting();
  }

  override resumeWriting(): void {
    this.#owner.resumeWriting();
  }
}

/** The transport of a pipe to or from a process. */
export type PipeTransport = ReadPipeTransport | WritePipeTransport;

/** The transport of the pipe at `fd`. A pipe that is read does not read yet. */
export function pipeTransport(
  loop: LoopContract,
  stream: Readable | Writable,
  owner: PipeOwner,
  fd: number,
): PipeTransport {
  const protocol = new PipeProtocol(owner, fd);
  return fd === 0
    ? new WritePipeTransport(loop, stream as Writable, protocol)
    : new ReadPipeTransport(loop, stream as Readable, protocol);
}
