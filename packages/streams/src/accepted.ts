import type { Socket } from "node:net";
import { describe, loopForNew, ValueError } from "@tsyncio/contract";
import { type Coroutine, coroutine } from "@tsyncio/tasks";
import { checkFactory } from "./connect.js";
import { serverHandshake } from "./handshake.js";
import { placeOf } from "./open-resource.js";
import type { StreamProtocol } from "./protocols.js";
import { SocketTransport } from "./socket-transport.js";
import { type ServerTls, serverTls, type TlsTimeouts, tlsTimeouts } from "./tls-options.js";

/** How a connection that others accepted is joined. */
export interface AcceptedOptions extends TlsTimeouts {
  /** Makes it a TLS connection, as the server. */
  ssl?: ServerTls | null | undefined;
}

/**
 * Joins a connection that was accepted outside of these packages, by a `net.Server` for example, to a protocol (`loop.connect_accepted_socket`). The
 * transport takes it over.
 * @throws what a handshake of TLS fails with.
 */
export function connectAcceptedSocket<P extends StreamProtocol>(
  protocolFactory: () => P,
  sock: Socket,
  options: AcceptedOptions = {},
): Coroutine<[SocketTransport, P]> {
  checkFactory("connectAcceptedSocket", protocolFactory);
  if (typeof (sock as Partial<Socket> | null)?.destroySoon !== "function") {
    throw new ValueError(`A Stream Socket was expected, got ${describe(sock)}`);
  }
  if (options.ssl) serverTls(options.ssl);
  tlsTimeouts(options, Boolean(options.ssl));
  return joining(protocolFactory, sock, options) as Coroutine<[SocketTransport, P]>;
}

const joining = coroutine(function* connectAcceptedSocket(
  protocolFactory: () => StreamProtocol,
  sock: Socket,
  { ssl, ...options }: AcceptedOptions,
) {
  const loop = loopForNew();
  const timeouts = tlsTimeouts(options, Boolean(ssl));
  const socket = ssl ? yield* serverHandshake(loop, sock, serverTls(ssl), timeouts.handshake) : sock;
  let protocol: StreamProtocol;
  try {
    protocol = protocolFactory();
  } catch (error) {
    socket.destroy();
    throw error;
  }
  const transport = new SocketTransport(loop, socket, protocol, {
    sslcontext: ssl ?? undefined,
    shutdownTimeout: timeouts.shutdown,
    source: placeOf(loop),
  });
  transport.begin();
  return [transport, protocol];
});
