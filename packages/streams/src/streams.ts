import { describe, type LoopContract, loopForNew } from "@tsyncio/contract";
import { type Coroutine, coroutine } from "@tsyncio/tasks";
import { type ConnectOptions, createConnection } from "./connect.js";
import { type CreateServerOptions, createServer } from "./create-server.js";
import type { Server } from "./server.js";
import type { SocketTransport } from "./socket-transport.js";
import { StreamReader, type StreamReaderOptions } from "./stream-reader.js";
import { type ConnectionHandler, StreamReaderProtocol } from "./stream-reader-protocol.js";
import { StreamWriter } from "./stream-writer.js";
import { createUnixConnection, createUnixServer, type UnixConnectOptions, type UnixServerOptions } from "./unix.js";

/** How readers are made. */
type ReaderOptions = Pick<StreamReaderOptions, "limit" | "encoding">;
/** Readers of text. */
interface Text {
  encoding: "utf8";
}

/** The two ends of a connection, for coroutines. */
export type Streams<T extends Buffer | string = Buffer> = [reader: StreamReader<T>, writer: StreamWriter];

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
  return opening(options, (protocolFactory) => createConnection(protocolFactory, host, port, options));
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
  return createServer(protocolsFor("startServer", handler, options), host, port, options);
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
  return opening(options, (protocolFactory) => createUnixConnection(protocolFactory, path, options));
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
  return createUnixServer(protocolsFor("startUnixServer", handler, options), path, options);
}

type Connect = (protocolFactory: () => StreamReaderProtocol) => Coroutine<[SocketTransport, StreamReaderProtocol]>;

/** The reader is made at the call, so that what is wrong with its options is told there. */
function opening(options: ReaderOptions, connect: Connect): Coroutine<Streams> {
  const loop = loopForNew();
  const reader = makeReader(options, loop);
  const protocol = new StreamReaderProtocol(reader, null, { loop });
  return joining(
    reader,
    connect(() => protocol),
  );
}

const joining = coroutine(function* openConnection(
  reader: StreamReader,
  connecting: Coroutine<[SocketTransport, StreamReaderProtocol]>,
) {
  const [transport, protocol] = yield* connecting;
  return [reader, new StreamWriter(transport, protocol, reader)] as Streams;
});

function protocolsFor(who: string, handler: ConnectionHandler<never>, options: ReaderOptions) {
  if (typeof handler !== "function") {
    throw new TypeError(`a function was expected as the handler of ${who}(), got ${describe(handler)}`);
  }
  makeReader(options, loopForNew());
  return (): StreamReaderProtocol => {
    const loop = loopForNew();
    return new StreamReaderProtocol(makeReader(options, loop), handler as ConnectionHandler, { loop });
  };
}

function makeReader({ limit, encoding }: ReaderOptions, loop: LoopContract): StreamReader {
  return new StreamReader({ limit, encoding, loop });
}
