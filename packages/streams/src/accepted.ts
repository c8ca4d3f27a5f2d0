import type { Socket } from "node:net";
import { checkOptionNames, loopForNew, type OptionNames } from "@tsyncio/contract";
import { type Coroutine, coroutine } from "@tsyncio/tasks";
import { checkFactory, checkSocket } from "./connect.js";
import { connectionLost } from "./connection-error.js";
import { serverHandshake } from "./handshake.js";
import { placeOf } from "./open-resource.js";
import { checkProtocol, type StreamProtocol } from "./protocols.js";
import { SocketTransport } from "./socket-transport.js";
import { type ServerTls, serverTls, TLS_TIMEOUTS, type TlsTimeouts, tlsTimeouts } from "./tls-options.js";

/** How a connection that others accepted is joined. */
export interface AcceptedOptions extends TlsTimeouts {
  /** Makes it a TLS connection, as the server. */
  ssl?: ServerTls | null | undefined;
}

const OPTIONS: OptionNames<AcceptedOptions> = { ...TLS_TIMEOUTS, ssl: true };

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
  checkOptionNames("connectAcceptedSocket()", options, OPTIONS);
  checkSocket(sock);
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
  let socket = sock;
  let protocol: StreamProtocol;
  try {
    if (ssl) socket = yield* serverHandshake(loop, sock, serverTls(ssl), timeouts.handshake);
    if (socket.destroyed) throw socket.errored ?? connectionLost();
    protocol = checkProtocol(protocolFactory());
  } catch (error) {
    socket.destroy();
    sock.destroy();
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
