import { type CoroutineGenerator, checkOptionNames, describe, type LoopContract, loopForNew } from "@tsyncio/contract";
import { type Coroutine, coroutine } from "@tsyncio/tasks";
import { CLIENT_OPTIONS, type ClientOptions, checkFactory, checkTls, joined, taken } from "./connect.js";
import { Connecting } from "./connecting.js";
import { checkServing, netServer, SERVING_OPTIONS, type ServingOptions, serving } from "./create-server.js";
import { host } from "./host.js";
import { type ListeningSocket, listen } from "./listening-socket.js";
import { placeOf } from "./open-resource.js";
import type { StreamProtocol } from "./protocols.js";
import type { Server } from "./server.js";
import type { SocketTransport } from "./socket-transport.js";

/** How a connection to a Unix socket is made. */
export interface UnixConnectOptions extends ClientOptions {}
/** How a server on a Unix socket is made. */
export interface UnixServerOptions extends ServingOptions {}

/** `createConnection` to a Unix socket (`loop.create_unix_connection`). */
export function createUnixConnection<P extends StreamProtocol>(
  protocolFactory: () => P,
  path: string,
  options: UnixConnectOptions = {},
): Coroutine<[SocketTransport, P]> {
  checkFactory("createUnixConnection", protocolFactory);
  checkOptionNames("createUnixConnection()", options, CLIENT_OPTIONS);
  checkPath(path);
  const hostname = checkTls(options, null);
  return connecting(protocolFactory, path, hostname, options, placeOf(loopForNew())) as Coroutine<[SocketTransport, P]>;
}

const connecting = coroutine(function* createUnixConnection(
  protocolFactory: () => StreamProtocol,
  path: string,
  hostname: string,
  options: UnixConnectOptions,
  source: string | null,
) {
  const loop = loopForNew();
  const socket = yield* taken(
    new Connecting(loop, [{ path }], { stagger: null, allErrors: false, direct: !options.ssl }),
  );
  return yield* joined(loop, socket, protocolFactory, hostname, options, { peername: path, sockname: "", source });
});

/**
 * `createServer` on a Unix socket (`loop.create_unix_server`). A socket that an ended server left at `path` is removed first, and its own when it
 * closes.
 */
export function createUnixServer(
  protocolFactory: () => StreamProtocol,
  path: string,
  options: UnixServerOptions = {},
): Coroutine<Server> {
  checkFactory("createUnixServer", protocolFactory);
  checkOptionNames("createUnixServer()", options, SERVING_OPTIONS);
  checkPath(path);
  checkServing(options);
  return serving(options, (loop, server) => listenAt(loop, server, protocolFactory, path, options));
}

function* listenAt(
  loop: LoopContract,
  server: Server,
  protocolFactory: () => StreamProtocol,
  path: string,
  options: UnixServerOptions,
): CoroutineGenerator<ListeningSocket[]> {
  const { rmSync, statSync } = host("node:fs");
  if (path[0] !== "\0" && statSync(path, { throwIfNoEntry: false })?.isSocket()) rmSync(path, { force: true });
  const native = netServer(loop, server, protocolFactory, options, {}, { peername: "", sockname: path });
  const socket = yield* listen(loop, native, { path, backlog: options.backlog ?? 100 });
  return [sparing(socket, path)];
}

/** `socket`, whose `close()` leaves its path to the server that has taken it over: the host removes whatever is there. */
function sparing(socket: ListeningSocket, path: string): ListeningSocket {
  const { renameSync, statSync } = host("node:fs");
  const inode = () => (path[0] === "\0" ? undefined : statSync(path, { throwIfNoEntry: false })?.ino);
  const own = inode();
  const close = socket.close.bind(socket);
  socket.close = () => {
    const aside = `${path}.${own}`;
    let isAside = false;
    if (![own, undefined].includes(inode())) {
      try {
        renameSync(path, aside);
        isAside = true;
      } catch {
        // Who may not rename it may not remove it, either.
      }
    }
    close();
    if (isAside) renameSync(aside, path);
  };
  return socket;
}

function checkPath(path: unknown): void {
  if (typeof path === "string" && path !== "") return;
  throw new TypeError(`path must be the path of a Unix socket, got ${describe(path)}`);
}
