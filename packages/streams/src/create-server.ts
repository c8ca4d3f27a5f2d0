import type { ListenOptions, Server as NetServer, ServerOpts, Socket } from "node:net";
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
import { type Coroutine, coroutine, outsideTask } from "@tsyncio/tasks";
import { accept } from "./accept.js";
import { checkFactory, idleSeconds } from "./connect.js";
import { ConnectionError } from "./connection-error.js";
import { host } from "./host.js";
import { type ListeningSocket, listen } from "./listening-socket.js";
import { addressesOf, checkFamily, checkHost, checkPort, type Family, type HostAddress } from "./lookup.js";
import { placeOf } from "./open-resource.js";
import type { StreamProtocol } from "./protocols.js";
import { Server } from "./server.js";
import type { SocketTransportOptions } from "./socket-transport.js";
import { type ServerTls, serverTls, TLS_TIMEOUTS, type TlsTimeouts, tlsTimeouts } from "./tls-options.js";

/** What every kind of server may be asked for. */
export interface ServingOptions extends TlsTimeouts {
  /** Makes it a TLS server: the host's options, with `key` and `cert` or `pfx`. */
  ssl?: ServerTls | null | undefined;
  /** How many connections may wait to be accepted. Default 100. */
  backlog?: number | undefined;
  /** How many connections may be open; more are closed at once. Left out: any number. */
  maxConnections?: number | undefined;
  /** How long nothing may be sent or received before a connection is given up with a `TimeoutError`. Left out: for ever. */
  idleTimeout?: Delay | null | undefined;
  /** Whether it accepts connections at once. Default `true`; else nothing is opened before `startServing()` or `serveForever()`. */
  startServing?: boolean | undefined;
}

export const SERVING_OPTIONS: OptionNames<ServingOptions> = {
  ...TLS_TIMEOUTS,
  ssl: true,
  backlog: true,
  maxConnections: true,
  idleTimeout: true,
  startServing: true,
};

/** How a server on hosts and a port is made. */
export interface CreateServerOptions extends ServingOptions {
  /** Only addresses of this family. Default 0: of both. */
  family?: Family | undefined;
  /** `true`: the port may be taken again right after a server on it has ended. So it always is with Node, and `false` is refused. */
  reuseAddress?: boolean | undefined;
  /** Lets several processes listen on the port, and the system share the connections out. */
  reusePort?: boolean | undefined;
  /** Has the system look whether the peers are still there, when nothing comes for long. */
  keepAlive?: boolean | undefined;
}

export const CREATE_SERVER_OPTIONS: OptionNames<CreateServerOptions> = {
  ...SERVING_OPTIONS,
  family: true,
  reuseAddress: true,
  reusePort: true,
  keepAlive: true,
};

/**
 * A server whose connections get a transport and a protocol of `protocolFactory` each (`loop.create_server`).
 * @param host - where it listens: one host or several; `null` and `""`: on all addresses of this machine
 * @param port - 0: one that is free, the same for all hosts where that can be had
 * @throws what the system says, such as `EADDRINUSE`; nothing is left open then
 */
export function createServer(
  protocolFactory: () => StreamProtocol,
  host: string | readonly string[] | null = null,
  port: number | string | null = null,
  options: CreateServerOptions = {},
): Coroutine<Server> {
  checkFactory("createServer", protocolFactory);
  checkOptionNames("createServer()", options, CREATE_SERVER_OPTIONS);
  if (host === null && port === null) throw new ValueError("Neither host/port nor sock were specified");
  if (options.reuseAddress === false) throw new ValueError("reuseAddress: false is not possible on this host");
  checkServing(options);
  checkFamily(options.family ?? 0);
  const number = checkPort(port);
  const hosts = (Array.isArray(host) ? host : [host]) as readonly (string | null)[];
  hosts.forEach(checkHost);
  const { keepAlive = false } = options;
  return serving(options, function* (loop, server) {
    const make = () => netServer(loop, server, protocolFactory, options, { keepAlive });
    return yield* listenOnAll(loop, hosts, number, options, make);
  });
}

/** What opens the sockets of a server. */
type Open = (loop: LoopContract, server: Server) => CoroutineGenerator<ListeningSocket[]>;

/** Makes a server, and has it serve unless that is to wait. */
export function serving(options: ServingOptions, open: Open): Coroutine<Server> {
  return starting(options, open, placeOf(loopForNew()));
}

const starting = coroutine(function* createServer(options: ServingOptions, open: Open, source: string | null) {
  const loop = loopForNew();
  const listen = coroutine((server: Server) => open(loop, server));
  const server = new Server(loop, listen, source);
  if (options.startServing ?? true) yield* server.startServing();
  return server;
});

/** A server of the host that serves what it accepts. */
export function netServer(
  loop: LoopContract,
  server: Server,
  protocolFactory: () => StreamProtocol,
  options: ServingOptions,
  more: ServerOpts,
  names: Pick<SocketTransportOptions, "peername" | "sockname"> = {},
): NetServer {
  const { ssl, maxConnections } = options;
  const timeouts = tlsTimeouts(options, Boolean(ssl));
  // Half of a TLS connection can't be closed; and one that ends during the handshake is to be gone.
  const opts: ServerOpts = { allowHalfOpen: !ssl, noDelay: true, ...more };
  const native = outsideTask(() =>
    ssl
      ? host("node:tls").createServer({ ...serverTls(ssl), ...opts, handshakeTimeout: timeouts.handshake * 1000 })
      : host("node:net").createServer(opts),
  );
  if (maxConnections !== undefined) native.maxConnections = maxConnections;
  accept(loop, native, Boolean(ssl), {
    server,
    protocolFactory,
    transport: {
      ...names,
      sslcontext: ssl ?? undefined,
      shutdownTimeout: timeouts.shutdown,
      idleTimeout: idleSeconds(options),
    },
  });
  native.on("tlsClientError", (error: Error, socket: Socket) => {
    // A handshake that takes too long is only told of by the host.
    socket.destroy();
    if (loop.getDebug()) loop.host.log("warn", `SSL handshake failed: ${error.message}`);
  });
  return native;
}

function* listenOnAll(
  loop: LoopContract,
  hosts: readonly (string | null)[],
  port: number,
  options: CreateServerOptions,
  make: () => NetServer,
): CoroutineGenerator<ListeningSocket[]> {
  const { backlog = 100, reusePort = false } = options;
  const addresses = yield* addressesOfAll(loop, hosts, options.family ?? 0);
  const sockets: ListeningSocket[] = [];
  let done = false;
  try {
    for (const { address, family } of addresses) {
      const listenOptions: ListenOptions = { host: address, backlog, ipv6Only: family === 6, exclusive: true };
      if (reusePort) listenOptions.reusePort = true;
      const socket = yield* listenOn(loop, make, { ...listenOptions, port }, sockets[0]);
      if (socket !== null) sockets.push(socket);
    }
    if (sockets.length === 0) {
      const tried = addresses.map(({ address }) => address).join(", ");
      throw new ConnectionError("EADDRNOTAVAIL", `could not bind on any address out of [${tried}]`);
    }
    done = true;
    return sockets;
  } finally {
    if (!done) for (const socket of sockets) socket.close();
  }
}

/** Listens on one address; with port 0 on the port of `first`, if that is free. `null`: this machine has no such address. */
function* listenOn(
  loop: LoopContract,
  make: () => NetServer,
  options: ListenOptions & { port: number },
  first: ListeningSocket | undefined,
): CoroutineGenerator<ListeningSocket | null> {
  const same = options.port === 0 ? first?.getsockname()?.[1] : undefined;
  try {
    if (typeof same !== "number") return yield* listen(loop, make(), options);
    try {
      return yield* listen(loop, make(), { ...options, port: same });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
      return yield* listen(loop, make(), options);
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EADDRNOTAVAIL" || code === "EAFNOSUPPORT") return null;
    throw error;
  }
}

/** The addresses of all hosts, each once. */
function* addressesOfAll(
  loop: LoopContract,
  hosts: readonly (string | null)[],
  family: Family,
): CoroutineGenerator<HostAddress[]> {
  const all = new Map<string, HostAddress>();
  for (const host of hosts) {
    const found = !host ? ANY : yield* addressesOf(loop, host, family);
    for (const each of found) if (family === 0 || each.family === family) all.set(each.address, each);
  }
  return [...all.values()];
}

/** All addresses of this machine. */
const ANY: readonly HostAddress[] = [
  { address: "0.0.0.0", family: 4 },
  { address: "::", family: 6 },
];

/** Looks at the options at the call. */
export function checkServing(options: ServingOptions): void {
  const { ssl, maxConnections, backlog } = options;
  if (typeof ssl === "boolean") throw new TypeError("ssl argument must be an object of TLS options or null");
  if (ssl) serverTls(ssl);
  tlsTimeouts(options, Boolean(ssl));
  idleSeconds(options);
  for (const [name, value] of Object.entries({ maxConnections, backlog })) {
    if (value === undefined || (Number.isInteger(value) && value >= 0)) continue;
    throw new ValueError(`${name} must be a whole number that is not negative, got ${describe(value)}`);
  }
}
