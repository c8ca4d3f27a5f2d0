import type { FileHandle } from "node:fs/promises";
import {
  type CoroutineGenerator,
  checkOptionNames,
  describe,
  loopForNew,
  type OptionNames,
  RuntimeError,
  SendfileNotAvailableError,
} from "@tsyncio/contract";
import { fromPromise } from "@tsyncio/futures";
import { type Coroutine, coroutine } from "@tsyncio/tasks";
import { flushed } from "./flush.js";
import { SocketTransport } from "./socket-transport.js";
import type { Transport } from "./transports.js";

/** How a file is sent. */
export interface SendfileOptions {
  /** `false`: throws where the system has no way of its own to do it, as with Node. */
  fallback?: boolean | undefined;
}

const OPTIONS: OptionNames<SendfileOptions> = { fallback: true };

const SENDING = "sendfile is in progress";
/** How much is read at a time. */
const PIECE = 256 * 1024;

/**
 * Sends a file, as it is on the disk, and gives the number of bytes sent (`loop.sendfile`). Nothing else may be written meanwhile. Node has no way
 * of its own to do it: the file is read in pieces, never more than the transport takes. A cancellation ends it between two pieces.
 * @param file - open for reading (`fs.promises.open`). Its own position is not used.
 * @param offset - where in the file to begin
 * @param count - how many bytes to send at most; `null`: up to the end
 * @throws what reading fails with, and what the connection is lost with.
 */
export function sendfile(
  transport: Transport,
  file: FileHandle,
  offset = 0,
  count: number | null = null,
  options: SendfileOptions = {},
): Coroutine<number> {
  if (!(transport instanceof SocketTransport)) {
    throw new RuntimeError(`sendfile is not supported for transport ${transport}`);
  }
  if (typeof (file as Partial<FileHandle> | null)?.read !== "function") {
    throw new TypeError(`a FileHandle was expected by sendfile(), got ${describe(file)}`);
  }
  if (!Number.isInteger(offset) || offset < 0) {
    throw new TypeError(`offset must be a non-negative integer (got ${describe(offset)})`);
  }
  if (count !== null && (!Number.isInteger(count) || count <= 0)) {
    throw new TypeError(`count must be a positive integer (got ${describe(count)})`);
  }
  const { fallback = true } = checkOptionNames("sendfile()", options, OPTIONS);
  if (!fallback) throw new SendfileNotAvailableError("sendfile syscall is not supported");
  return sending(transport, file, offset, count ?? Number.POSITIVE_INFINITY);
}

const sending = coroutine(function* sendfile(
  transport: SocketTransport,
  file: FileHandle,
  offset: number,
  count: number,
): CoroutineGenerator<number> {
  const loop = loopForNew();
  const { socket } = transport;
  const checkOpen = () => {
    if (transport.isClosing()) throw socket.errored ?? new RuntimeError("Transport is closing");
  };
  checkOpen();
  if (transport.isBusy()) throw new RuntimeError(`unable to sendfile; ${SENDING}`);
  transport.setBusy(SENDING);
  try {
    let sent = 0;
    while (sent < count) {
      const piece = Buffer.allocUnsafe(Math.min(PIECE, count - sent));
      const { bytesRead } = yield* fromPromise(file.read(piece, 0, piece.length, offset + sent));
      checkOpen();
      if (bytesRead === 0) break;
      socket.write(piece.subarray(0, bytesRead));
      yield* flushed(loop, socket);
      // It may have been lost instead.
      checkOpen();
      sent += bytesRead;
    }
    return sent;
  } finally {
    transport.setBusy(null);
  }
});
