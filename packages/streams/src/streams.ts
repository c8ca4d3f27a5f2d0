import type { Coroutine } from "@tsyncio/tasks";
import { CLIENT_OPTIONS, CONNECT_OPTIONS, type ConnectOptions, createConnection } from "./connect.js";
import { CREATE_SERVER_OPTIONS, type CreateServerOptions, createServer, SERVING_OPTIONS } from "./create-server.js";
import { opening, protocolsFor, type ReaderOptions, type Streams, splitOptions, type Text } from "./join-streams.js";
import type { Server } from "./server.js";
import type { ConnectionHandler } from "./stream-reader-protocol.js";
import { createUnixConnection, createUnixServer, type UnixConnectOptions, type UnixServerOptions } from "./unix.js";

/**
 * Connects to a host and port, and gives a reader and a writer (`asyncio.open_connection`). A cancellation leaves no socket behind.
 * @throws what the system says, with its `code`.
 */
export function openConnection(
  host: string | null,
  port: number | string | null,
  options: ConnectOptions & ReaderOptions & Text,
): Coroutine<Streams<string>>;
export function openConnection(
  host?: string | null,
  port?: number | string | null,
  options?: ConnectOptions & ReaderOptions & { encoding?: null | undefined },
): Coroutine<Streams>;
export function openConnection(
  host: string | null = null,
  port: number | string | null = null,
  options: ConnectOptions & ReaderOptions = {},
): Coroutine<Streams<Buffer | string>> {
  const [ofReader, others] = splitOptions("openConnection()", options, CONNECT_OPTIONS);
  return opening(ofReader, (protocolFactory) => createConnection(protocolFactory, host, port, others));
}

/**
 * Serves connections to a host and port (`asyncio.start_server`). `handler(reader, writer)` runs as a task for each; an error in it is told to the
 * loop's exception handler and closes its connection, and so does a cancellation.
 * @param host - where it listens: one host or several; `null` and `""`: on all addresses of this machine
 * @throws what the system says, such as `EADDRINUSE`.
 */
export function startServer(
  handler: ConnectionHandler<string>,
  host: string | readonly string[] | null,
  port: number | string | null,
  options: CreateServerOptions & ReaderOptions & Text,
): Coroutine<Server>;
export function startServer(
  handler: ConnectionHandler,
  host?: string | readonly string[] | null,
  port?: number | string | null,
  options?: CreateServerOptions & ReaderOptions & { encoding?: null | undefined },
): Coroutine<Server>;
export function startServer(
  handler: ConnectionHandler<never>,
  host: string | readonly string[] | null = null,
  port: number | string | null = null,
  options: CreateServerOptions & ReaderOptions = {},
): Coroutine<Server> {
  const [ofReaders, others] = splitOptions("startServer()", options, CREATE_SERVER_OPTIONS);
  return createServer(protocolsFor("startServer", handler, ofReaders), host, port, others);
}

/** {@link openConnection} to a Unix socket (`asyncio.open_unix_connection`). */
export function openUnixConnection(
  path: string,
  options: UnixConnectOptions & ReaderOptions & Text,
): Coroutine<Streams<string>>;
export function openUnixConnection(
  path: string,
  options?: UnixConnectOptions & ReaderOptions & { encoding?: null | undefined },
): Coroutine<Streams>;
export function openUnixConnection(
  path: string,
  options: UnixConnectOptions & ReaderOptions = {},
): Coroutine<Streams<Buffer | string>> {
  const [ofReader, others] = splitOptions("openUnixConnection()", options, CLIENT_OPTIONS);
  return opening(ofReader, (protocolFactory) => createUnixConnection(protocolFactory, path, others));
}

/** {@link startServer} on a Unix socket (`asyncio.start_unix_server`). */
export function startUnixServer(
  handler: ConnectionHandler<string>,
  path: string,
  options: UnixServerOptions & ReaderOptions & Text,
): Coroutine<Server>;
export function startUnixServer(
  handler: ConnectionHandler,
  path: string,
  options?: UnixServerOptions & ReaderOptions & { encoding?: null | undefined },
): Coroutine<Server>;
export function startUnixServer(
  handler: ConnectionHandler<never>,
  path: string,
  options: UnixServerOptions & ReaderOptions = {},
): Coroutine<Server> {
  const [ofReaders, others] = splitOptions("startUnixServer()", options, SERVING_OPTIONS);
  return createUnixServer(protocolsFor("startUnixServer", handler, ofReaders), path, others);
}
