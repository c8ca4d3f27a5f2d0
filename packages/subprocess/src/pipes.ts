import type { Socket } from "node:net";
import type { LoopContract } from "@tsyncio/contract";
import { Protocol, SocketTransport } from "@tsyncio/streams";

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

/** The transport of the pipe at `fd`. It does not read yet. */
export function pipeTransport(loop: LoopContract, socket: Socket, owner: PipeOwner, fd: number): SocketTransport {
  return new SocketTransport(loop, socket, new PipeProtocol(owner, fd));
}
