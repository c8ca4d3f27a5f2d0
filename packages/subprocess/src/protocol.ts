import { BaseProtocol } from "@tsyncio/streams";
import type { SubprocessTransport } from "./subprocess-transport.js";

/** What a process is seen through by callbacks (`asyncio.SubprocessProtocol`). Its methods do nothing. */
export class SubprocessProtocol extends BaseProtocol<SubprocessTransport> {
  /** Something has arrived from the process: from its `stdout` (1) or `stderr` (2). */
  pipeDataReceived(_fd: number, _data: Buffer): void {}

  /** A pipe to the process is gone: with an error, or `null`. */
  pipeConnectionLost(_fd: number, _error: unknown): void {}

  /** The process has ended. What it wrote may still arrive. */
  processExited(): void {}
}
