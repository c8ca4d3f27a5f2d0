import type { Server as NetServer, Socket } from "node:net";
import type { LoopContract } from "@tsyncio/contract";
import { Handshakes } from "./handshakes.js";
import { runInLoop } from "./in-loop.js";
import { checkProtocol, type StreamProtocol } from "./protocols.js";
import type { Server } from "./server.js";
import { SocketTransport, type SocketTransportOptions } from "./socket-transport.js";

/** What every connection of a server is made with. */
export interface Accepting {
  readonly server: Server;
  readonly protocolFactory: () => StreamProtocol;
  readonly transport: SocketTransportOptions;
}

/** The system has no more of what a connection needs. It may have later, so that this is told once a second only. */
const OUT_OF_RESOURCES = new Set(["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"]);
const QUIET = 1;

/** Has what `native` accepts served: each connection by a transport and a protocol of its own. */
export function accept(loop: LoopContract, native: NetServer, isTls: boolean, accepting: Accepting): void {
  if (!isTls) native.on("connection", (socket: Socket) => serve(loop, socket, accepting));
  else {
    const handshakes = new Handshakes(loop, native, accepting.server);
    native.on("secureConnection", (socket: Socket) => {
      const ended = handshakes.of(socket);
      serve(loop, socket, accepting);
      ended?.();
    });
  }
  let quietUntil = Number.NEGATIVE_INFINITY;
  native.on("error", (exception: NodeJS.ErrnoException) => {
    // A socket that does not listen yet: whoever waits for it is told.
    if (!native.listening || loop.isClosed()) return;
    const isOut = OUT_OF_RESOURCES.has(exception.code ?? "");
    if (isOut && loop.time() < quietUntil) return;
    if (isOut) quietUntil = loop.time() + QUIET;
    const message = isOut ? "socket.accept() out of system resource" : "Accept failed on a socket";
    loop.callExceptionHandler({ message, exception });
  });
}

function serve(loop: LoopContract, socket: Socket, { server, protocolFactory, transport: options }: Accepting): void {
  if (loop.isClosed()) {
    server.close();
    socket.destroy();
    return;
  }
  let transport: SocketTransport | null = null;
  const begin = () => {
    transport = new SocketTransport(loop, socket, checkProtocol(protocolFactory()), { ...options, owner: server });
    transport.begin();
  };
  runInLoop(loop, begin, (exception) => {
    loop.callExceptionHandler({ message: "Error on transport creation for incoming connection", exception });
    if (transport === null) socket.destroy();
    else transport.abort();
  });
}
