import type { TLSSocket } from "node:tls";
import {
  type CoroutineGenerator,
  checkOptionNames,
  describe,
  isCancelledError,
  type OptionNames,
  RuntimeError,
  ValueError,
} from "@tsyncio/contract";
import { type Coroutine, coroutine } from "@tsyncio/tasks";
import { ConnectionError, connectionLost } from "./connection-error.js";
import { flushed } from "./flush.js";
import { clientHandshake, serverHandshake } from "./handshake.js";
import type { StreamProtocol } from "./protocols.js";
import { SocketTransport } from "./socket-transport.js";
import {
  type ClientTls,
  clientTls,
  type ServerTls,
  serverTls,
  TLS_TIMEOUTS,
  type TlsTimeouts,
  tlsTimeouts,
} from "./tls-options.js";
import type { Transport } from "./transports.js";

/** How a connection is made a TLS connection. */
export interface StartTlsOptions extends TlsTimeouts {
  /** The name that the server's certificate must be for. `""`: any. */
  serverHostname?: string | null | undefined;
}

export const START_TLS_OPTIONS: OptionNames<StartTlsOptions> = { ...TLS_TIMEOUTS, serverHostname: true };

/** Protocols that keep what has arrived. */
interface Keeping {
  takeUnread(): Buffer;
  replaceTransport(transport: SocketTransport): void;
}

/**
 * Makes a connection a TLS connection (`loop.start_tls`), and gives the transport that `protocol` has from then on. The old one is of no use any more.
 * When it fails, or is cancelled, the connection is closed, and the protocol told.
 * @param ssl - as the option `ssl` of `createConnection` and `createServer`
 * @throws what the handshake fails with.
 */
export function startTls(
  transport: Transport,
  protocol: StreamProtocol,
  ssl: ClientTls | ServerTls,
  options: StartTlsOptions & { serverSide?: boolean | undefined } = {},
): Coroutine<SocketTransport> {
  checkOptionNames("startTls()", options, { ...START_TLS_OPTIONS, serverSide: true });
  const { serverSide = false } = options;
  checkTlsStart(ssl, options, serverSide);
  if (!(transport instanceof SocketTransport) || transport.options.sslcontext !== undefined) {
    throw new TypeError(`transport ${transport} is not supported by startTls()`);
  }
  return securing(transport, protocol, ssl, options, serverSide);
}

const securing = coroutine(function* startTls(
  transport: SocketTransport,
  protocol: StreamProtocol,
  ssl: ClientTls | ServerTls,
  options: StartTlsOptions,
  serverSide: boolean,
) {
  const { loop } = transport;
  const timeouts = tlsTimeouts(options, true);
  // What was written in the clear goes first.
  yield* flushed(loop, transport.socket);
  if (transport.isClosing()) throw new RuntimeError("startTls() on a transport that is closed");
  const socket = transport.detach("startTls is in progress");
  const unread = (protocol as Partial<Keeping>).takeUnread?.();
  const early = (unread?.length ?? 0) + socket.readableLength;
  if (early > 0 && !serverSide) {
    // A server speaks second: somebody wants what it says in the clear to be taken for secure. Some hosts would drop it without a word.
    const error = new ConnectionError("EPROTO", `${early} bytes came before the TLS handshake that are no part of it`);
    transport.lose(error);
    throw error;
  }
  if (unread !== undefined && unread.length > 0) socket.unshift(unread);
  const handshake = (): CoroutineGenerator<TLSSocket> =>
    serverSide
      ? serverHandshake(loop, socket, serverTls(ssl as ServerTls), timeouts.handshake)
      : clientHandshake(loop, socket, clientTls(ssl as ClientTls, options.serverHostname ?? ""), timeouts.handshake);
  let secured: SocketTransport;
  try {
    const tls = yield* handshake();
    secured = new SocketTransport(loop, tls, protocol, {
      ...transport.options,
      sslcontext: ssl === true ? {} : ssl,
      shutdownTimeout: timeouts.shutdown,
    });
  } catch (error) {
    // A cancellation is that of who waits here, and no one else's.
    transport.lose(isCancelledError(error) ? connectionLost() : error);
    throw error;
  }
  transport.release();
  (protocol as Partial<Keeping>).replaceTransport?.(secured);
  secured.startReading();
  return secured;
});

/** Looks at the arguments at the call. A client says whom it expects. */
export function checkTlsStart(ssl: ClientTls | ServerTls, options: StartTlsOptions, serverSide: boolean): void {
  tlsTimeouts(options, true);
  if (serverSide) {
    serverTls(ssl as ServerTls);
    return;
  }
  clientTls(ssl as ClientTls, "");
  const { serverHostname = null } = options;
  if (serverHostname === null) {
    throw new ValueError(
      `startTls() needs serverHostname, the name to verify ("" for any), got ${describe(serverHostname)}`,
    );
  }
}
