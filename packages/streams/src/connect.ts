import type { Socket, SocketConnectOpts } from "node:net";
import {
  type CoroutineGenerator,
  checkOptionNames,
  type Delay,
  describe,
  type LoopContract,
  loopForNew,
  type OptionNames,
  ValueError,
} from "@tsyncio/contract";
import { secondsOf } from "@tsyncio/loop";
import { type Coroutine, coroutine } from "@tsyncio/tasks";
import { Connecting } from "./connecting.js";
import { connectionLost } from "./connection-error.js";
import { clientHandshake } from "./handshake.js";
import {
  addressesOf,
  checkEndpoint,
  checkFamily,
  checkHost,
  checkPort,
  type Family,
  type HostAddress,
} from "./lookup.js";
import { placeOf } from "./open-resource.js";
import { checkProtocol, type StreamProtocol } from "./protocols.js";
import { SocketTransport, type SocketTransportOptions } from "./socket-transport.js";
import { type ClientTls, clientTls, TLS_TIMEOUTS, type TlsTimeouts, tlsTimeouts } from "./tls-options.js";

/** What every kind of client connection may be asked for. */
export interface ClientOptions extends TlsTimeouts {
  /** Makes it a TLS connection. Certificate and host name are verified, and TLS is 1.2 at least, unless the options say otherwise. */
  ssl?: ClientTls | false | null | undefined;
  /** The name that the certificate must be for. Left out: the host. `""`: any. */
  serverHostname?: string | null | undefined;
  /** How long nothing may be sent or received before the connection is given up with a `TimeoutError`. Left out: for ever. */
  idleTimeout?: Delay | null | undefined;
}

export const CLIENT_OPTIONS: OptionNames<ClientOptions> = {
  ...TLS_TIMEOUTS,
  ssl: true,
  serverHostname: true,
  idleTimeout: true,
};

/** How a connection to a host and port is made. */
export interface ConnectOptions extends ClientOptions {
  /** Only addresses of this family. Default 0: of both. */
  family?: Family | undefined;
  /** The address and port to connect from. */
  localAddr?: readonly [host: string, port: number] | null | undefined;
  /** How long one address is tried before the next one is tried beside it (RFC 8305, which recommends `"250ms"`). Left out: one after the other. */
  happyEyeballsDelay?: Delay | null | undefined;
  /** How many addresses of the first family are tried before the families take turns. Default 1 with `happyEyeballsDelay`, else 0: no turns. */
  interleave?: number | undefined;
  /** When no address can be connected to: throws an `ExceptionGroup` of all failures. */
  allErrors?: boolean | undefined;
  /** Has the system look whether the peer is still there, when nothing comes for long. */
  keepAlive?: boolean | undefined;
  /** A connected socket of the host, instead of a host and port. The transport takes it over. */
  sock?: Socket | null | undefined;
}

export const CONNECT_OPTIONS: OptionNames<ConnectOptions> = {
  ...CLIENT_OPTIONS,
  family: true,
  localAddr: true,
  happyEyeballsDelay: true,
  interleave: true,
  allErrors: true,
  keepAlive: true,
  sock: true,
};

/**
 * Connects to a host and port, and joins a transport to the protocol that `protocolFactory` makes once that is done (`loop.create_connection`). A
 * cancellation leaves no socket behind.
 * @throws what the system says, with its `code`; of several addresses, all of it.
 */
export function createConnection<P extends StreamProtocol>(
  protocolFactory: () => P,
  host: string | null = null,
  port: number | string | null = null,
  options: ConnectOptions = {},
): Coroutine<[SocketTransport, P]> {
  checkFactory("createConnection", protocolFactory);
  checkOptionNames("createConnection()", options, CONNECT_OPTIONS);
  checkHost(host);
  if (host !== null && port === null) throw new ValueError(`a port is needed to connect to ${describe(host)}`);
  const { localAddr = null, interleave = 0 } = options;
  if (localAddr !== null) checkEndpoint("localAddr", localAddr);
  if (!Number.isInteger(interleave) || interleave < 0) {
    throw new ValueError(`interleave must be a whole number that is not negative, got ${describe(interleave)}`);
  }
  const hostname = checkTls(options, host);
  return connecting(protocolFactory, host, port, hostname, options, placeOf(loopForNew())) as Coroutine<
    [SocketTransport, P]
  >;
}

const connecting = coroutine(function* createConnection(
  protocolFactory: () => StreamProtocol,
  host: string | null,
  port: number | string | null,
  hostname: string,
  options: ConnectOptions,
  source: string | null,
) {
  const loop = loopForNew();
  const { sock = null } = options;
  if (sock === null && host === null && port === null) {
    throw new ValueError("host and port was not specified and no sock specified");
  }
  if (sock !== null && (host !== null || port !== null)) {
    throw new ValueError("host/port and sock can not be specified at the same time");
  }
  if (sock !== null) checkSocket(sock);
  const socket = sock ?? (yield* connected(loop, host ?? "localhost", checkPort(port), options));
  return yield* joined(loop, socket, protocolFactory, hostname, options, { source });
});

/** A transport and a protocol for `socket`, over TLS if that is asked for. */
export function* joined<P extends StreamProtocol>(
  loop: LoopContract,
  socket: Socket,
  protocolFactory: () => P,
  hostname: string,
  options: ClientOptions,
  more: Pick<SocketTransportOptions, "peername" | "sockname" | "source">,
): CoroutineGenerator<[SocketTransport, P]> {
  const { ssl } = options;
  const timeouts = tlsTimeouts(options, Boolean(ssl));
  let owned: Socket = socket;
  let protocol: P;
  try {
    if (ssl) owned = yield* clientHandshake(loop, socket, clientTls(ssl, hostname), timeouts.handshake);
    if (owned.destroyed) throw owned.errored ?? connectionLost();
    protocol = checkProtocol(protocolFactory());
  } catch (error) {
    owned.destroy();
    socket.destroy();
    throw error;
  }
  const transport = new SocketTransport(loop, owned, protocol, {
    sslcontext: ssl === true ? {} : ssl || undefined,
    shutdownTimeout: timeouts.shutdown,
    idleTimeout: idleSeconds(options),
    ...more,
  });
  transport.begin();
  return [transport, protocol];
}

/** A socket that is connected to one of the addresses of `host`. */
function* connected(
  loop: LoopContract,
  host: string,
  port: number,
  options: ConnectOptions,
): CoroutineGenerator<Socket> {
  const { localAddr, happyEyeballsDelay = null, keepAlive = false, allErrors = false } = options;
  const family = checkFamily(options.family ?? 0);
  const interleave = options.interleave ?? (happyEyeballsDelay === null ? 0 : 1);
  const found = yield* addressesOf(loop, host, family);
  const local = localAddr == null ? null : yield* addressesOf(loop, localAddr[0], family);
  const candidates = interleaved(found, interleave).map((each): SocketConnectOpts => {
    const from = local?.find((address) => address.family === each.family)?.address;
    return {
      host: each.address,
      family: each.family,
      port,
      autoSelectFamily: false,
      ...(localAddr != null && { localPort: localAddr[1] }),
      ...(from !== undefined && { localAddress: from }),
    };
  });
  const stagger = happyEyeballsDelay === null ? null : secondsOf(happyEyeballsDelay, loop);
  const socket = yield* taken(new Connecting(loop, candidates, { stagger, allErrors, direct: !options.ssl }));
  // Small writes are sent at once, as in asyncio.
  socket.setNoDelay(true);
  if (keepAlive) socket.setKeepAlive(true);
  return socket;
}

/** What `attempt` connects. If a cancellation comes when it just has, the socket is destroyed. */
export function* taken(attempt: Connecting): CoroutineGenerator<Socket> {
  let isTaken = false;
  try {
    const socket = yield* attempt;
    isTaken = true;
    return socket;
  } finally {
    if (!isTaken && !attempt.cancel() && !attempt.cancelled() && attempt.exception() === null)
      attempt.result().destroy();
  }
}

/** The addresses with the families in turns, after the first `count` of the first one's. */
function interleaved(addresses: readonly HostAddress[], count: number): readonly HostAddress[] {
  const [first] = addresses;
  if (count <= 0 || first === undefined) return addresses;
  const same = addresses.filter(({ family }) => family === first.family);
  const other = addresses.filter(({ family }) => family !== first.family);
  const result = same.splice(0, count - 1);
  while (same.length > 0 || other.length > 0) result.push(...same.splice(0, 1), ...other.splice(0, 1));
  return result;
}

/** Looks at the options of TLS, and gives the name that is verified. */
export function checkTls(options: ClientOptions, host: string | null): string {
  const { ssl, serverHostname = null } = options;
  tlsTimeouts(options, Boolean(ssl));
  idleSeconds(options);
  if (serverHostname !== null && !ssl) throw new ValueError("serverHostname is only meaningful with ssl");
  if (!ssl) return "";
  if (serverHostname === null && !host) {
    throw new ValueError("You must set serverHostname when using ssl without a host");
  }
  const hostname = serverHostname ?? (host as string);
  clientTls(ssl, hostname);
  return hostname;
}

/** Looks at a socket that is to be taken over. */
export function checkSocket(sock: unknown): void {
  if (typeof (sock as Partial<Socket> | null)?.destroySoon !== "function") {
    throw new ValueError(`A Stream Socket was expected, got ${describe(sock)}`);
  }
  const { pending, destroyed } = sock as Socket;
  if (pending && !destroyed) throw new ValueError(`sock must be connected: wait for its event "connect"`);
}

/** The option `idleTimeout`, in seconds. */
export function idleSeconds({ idleTimeout = null }: Pick<ClientOptions, "idleTimeout">): number | null {
  if (idleTimeout === null) return null;
  const seconds = secondsOf(idleTimeout);
  if (seconds > 0) return seconds;
  throw new ValueError(`idleTimeout should be a positive number, got ${describe(idleTimeout)}`);
}

export function checkFactory(who: string, factory: unknown): void {
  if (typeof factory === "function") return;
  throw new TypeError(`a function that makes a protocol was expected by ${who}(), got ${describe(factory)}`);
}
