import type { Socket } from "node:net";
import type { ConnectionOptions, TLSSocket, TlsOptions } from "node:tls";
import type { CoroutineGenerator, LoopContract } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { outsideTask } from "@tsyncio/tasks";
import { ConnectionError } from "./connection-error.js";
import { host } from "./host.js";

/** Makes a TLS connection of `socket`, as a client. When that fails, or is cancelled, the socket is destroyed. */
export function* clientHandshake(
  loop: LoopContract,
  socket: Socket,
  options: ConnectionOptions,
  seconds: number,
): CoroutineGenerator<TLSSocket> {
  const done = new Future<void>({ loop });
  endTogether(socket);
  const tls = outsideTask(() => host("node:tls").connect({ ...options, socket }));
  tls.on("error", (error) => settle(done, error));
  tls.once("close", () => settle(done, new ConnectionError("ECONNRESET", "Connection lost during the TLS handshake")));
  tls.once("secureConnect", () => settle(done, null));
  yield* within(loop, done, seconds, tls);
  return tls;
}

/** Makes a TLS connection of `socket`, as a server. When that fails, or is cancelled, the socket is destroyed. */
export function* serverHandshake(
  loop: LoopContract,
  socket: Socket,
  options: TlsOptions,
  seconds: number,
): CoroutineGenerator<TLSSocket> {
  const done = new Future<void>({ loop });
  let tls: TLSSocket | null = null;
  endTogether(socket);
  // A server that listens nowhere: it knows all that belongs to the handshake of one.
  const server = outsideTask(() => host("node:tls").createServer({ ...options, handshakeTimeout: 0 }));
  server.once("secureConnection", (secured) => {
    tls = secured;
    secured.on("error", () => {});
    settle(done, null);
  });
  server.once("tlsClientError", (error) => settle(done, error));
  socket.once("close", () =>
    settle(done, new ConnectionError("ECONNRESET", "Connection lost during the TLS handshake")),
  );
  outsideTask(() => server.emit("connection", socket));
  yield* within(loop, done, seconds, socket);
  return tls as unknown as TLSSocket;
}

/** Has the end of one side end the other: half of a TLS connection can't be closed. */
function endTogether(socket: Socket): void {
  socket.allowHalfOpen = false;
  // Whoever knew the socket before has left, and what becomes of it is told otherwise.
  socket.on("error", () => {});
}

function settle(done: Future<void>, error: unknown): void {
  if (done.done()) return;
  if (error === null) done.setResult();
  else done.setException(error);
}

/** Waits for the handshake. */
function* within(loop: LoopContract, done: Future<void>, seconds: number, socket: Socket): CoroutineGenerator<void> {
  const late = () =>
    settle(
      done,
      new ConnectionError(
        "ETIMEDOUT",
        `SSL handshake is taking longer than ${seconds} seconds: aborting the connection`,
      ),
    );
  const timer = loop.callLater(seconds, late, { context: null });
  let secured = false;
  try {
    yield* done;
    secured = true;
  } finally {
    timer.cancel();
    if (!secured) socket.destroy();
  }
}
