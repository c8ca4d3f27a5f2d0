import type { Readable, Writable } from "node:stream";
import { describe, loopForNew, ValueError } from "@tsyncio/contract";
import { type Coroutine, coroutine, outsideTask } from "@tsyncio/tasks";
import { checkFactory } from "./connect.js";
import { host } from "./host.js";
import { ReadPipeTransport, WritePipeTransport } from "./pipe-transports.js";
import { type BaseProtocol, checkProtocol, type Protocol } from "./protocols.js";

/**
 * Joins what can be read, such as the `stdout` of a child process or `process.stdin`, to a protocol (`loop.connect_read_pipe`). The transport
 * takes it over, and closes it.
 * @param pipe - a stream of the host, or the descriptor of a pipe or socket
 * @throws `ValueError` for the descriptor of something else.
 */
export function connectReadPipe<P extends Protocol>(
  protocolFactory: () => P,
  pipe: Readable | number,
): Coroutine<[ReadPipeTransport, P]> {
  checkFactory("connectReadPipe", protocolFactory);
  checkPipe("connectReadPipe", pipe, "read");
  return reading(protocolFactory, pipe) as Coroutine<[ReadPipeTransport, P]>;
}

const reading = coroutine(function* connectReadPipe(protocolFactory: () => Protocol, pipe: Readable | number) {
  const loop = loopForNew();
  const protocol = checkProtocol(protocolFactory());
  const transport = new ReadPipeTransport(loop, opened(pipe, true) as Readable, protocol);
  transport.begin();
  return [transport, protocol];
});

/**
 * Joins what can be written to, such as the `stdin` of a child process or `process.stdout`, to a protocol (`loop.connect_write_pipe`). The transport
 * takes it over, and closes it.
 * @param pipe - a stream of the host, or the descriptor of a pipe or socket
 * @throws `ValueError` for the descriptor of something else.
 */
export function connectWritePipe<P extends BaseProtocol>(
  protocolFactory: () => P,
  pipe: Writable | number,
): Coroutine<[WritePipeTransport, P]> {
  checkFactory("connectWritePipe", protocolFactory);
  checkPipe("connectWritePipe", pipe, "write");
  return writing(protocolFactory, pipe) as Coroutine<[WritePipeTransport, P]>;
}

const writing = coroutine(function* connectWritePipe(protocolFactory: () => BaseProtocol, pipe: Writable | number) {
  const loop = loopForNew();
  const protocol = checkProtocol(protocolFactory());
  const transport = new WritePipeTransport(loop, opened(pipe, false) as Writable, protocol);
  transport.begin();
  return [transport, protocol];
});

function opened(pipe: Readable | Writable | number, isReading: boolean): Readable | Writable {
  if (typeof pipe !== "number") return pipe;
  const stat = host("node:fs").fstatSync(pipe);
  if (!stat.isFIFO() && !stat.isSocket() && !stat.isCharacterDevice()) {
    throw new ValueError("Pipe transport is for pipes/sockets only.");
  }
  const { Socket } = host("node:net");
  return outsideTask(() => new Socket({ fd: pipe, readable: isReading, writable: !isReading }));
}

function checkPipe(who: string, pipe: unknown, method: "read" | "write"): void {
  const isStream = typeof (pipe as Record<string, unknown> | null)?.[method] === "function";
  if (isStream || (Number.isInteger(pipe) && (pipe as number) >= 0)) return;
  throw new TypeError(`a stream or a file descriptor was expected by ${who}(), got ${describe(pipe)}`);
}
