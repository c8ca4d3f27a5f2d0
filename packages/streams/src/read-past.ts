import type { Socket } from "node:net";

/**
 * Hands to `take` what arrives at `socket` and would only pass through its stream, before that does its accounting: an event, a tick and an attempt
 * to read more for each chunk. What it has to hold it holds as ever, and a host that does not `push` what it reads gives it as "data".
 *
 * Call it when the socket has its "data" listener. @returns what ends it
 */
export function readPast(socket: Socket, take: (data: Buffer) => void): () => void {
  const push = socket.push;
  socket.push = (data: Buffer | null, encoding?: BufferEncoding): boolean => {
    if (data === null || socket.readableFlowing !== true || socket.readableLength > 0) {
      return push.call(socket, data, encoding);
    }
    take(data);
    return true;
  };
  return () => {
    socket.push = push;
  };
}
