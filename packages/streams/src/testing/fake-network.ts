import {
  type CoroutineGenerator,
  checkOptionNames,
  describe,
  type LoopContract,
  loopForNew,
  type OptionNames,
} from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { type Coroutine, coroutine } from "@tsyncio/tasks";
import type { Address } from "../addresses.js";
import { checkFactory } from "../connect.js";
import { ConnectionError } from "../connection-error.js";
import { serving } from "../create-server.js";
import {
  opening,
  protocolsFor,
  READER_OPTIONS,
  type ReaderOptions,
  type Streams,
  splitOptions,
  type Text,
} from "../join-streams.js";
import type { ListeningSocket } from "../listening-socket.js";
import { checkPort } from "../lookup.js";
import { checkProtocol, type StreamProtocol } from "../protocols.js";
import type { Server } from "../server.js";
import type { ConnectionHandler } from "../stream-reader-protocol.js";
import type { Transport } from "../transports.js";
import { FAULT_OPTIONS, type FaultOptions, Faults } from "./faults.js";
import { MemoryTransport } from "./memory-transport.js";

/** How a server on a fake network is made. */
export interface FakeServerOptions {
  maxConnections?: number | undefined;
  startServing?: boolean | undefined;
}

const SERVER_OPTIONS: OptionNames<FakeServerOptions> = { maxConnections: true, startServing: true };

/** Who listens. */
interface Listener {
  readonly loop: LoopContract;
  readonly server: Server;
  readonly protocolFactory: () => StreamProtocol;
  readonly maxConnections: number;
}

/** Ports that nobody asked for by number. */
const FIRST_FREE_PORT = 49_152;

/**
 * A network in memory: the same functions as those of the package, without a socket. Bytes travel by the clock of the loop, a virtual one too, and
 * what goes wrong follows from a seed. Every host is the same machine.
 */
export class FakeNetwork {
  readonly #faults: Faults;
  readonly #listeners = new Map<number, Listener>();
  readonly #silent = new Set<number>();
  #nextPort = FIRST_FREE_PORT;

  constructor(faults: FaultOptions = {}) {
    this.#faults = new Faults(checkOptionNames("FakeNetwork()", faults, FAULT_OPTIONS));
  }

  /** As `openConnection`. */
  openConnection(
    host: string | null,
    port: number | string | null,
    options: ReaderOptions & Text,
  ): Coroutine<Streams<string>>;
  openConnection(
    host: string | null,
    port: number | string | null,
    options?: ReaderOptions & { encoding?: null | undefined },
  ): Coroutine<Streams>;
  openConnection(
    host: string | null,
    port: number | string | null,
    options: ReaderOptions = {},
  ): Coroutine<Streams<Buffer | string>> {
    checkOptionNames("openConnection()", options, READER_OPTIONS);
    return opening(options, (protocolFactory) => this.createConnection(protocolFactory, host, port));
  }

  /** As `startServer`. */
  startServer(
    handler: ConnectionHandler<string>,
    host: string | null,
    port: number | string | null,
    options: FakeServerOptions & ReaderOptions & Text,
  ): Coroutine<Server>;
  startServer(
    handler: ConnectionHandler,
    host: string | null,
    port: number | string | null,
    options?: FakeServerOptions & ReaderOptions & { encoding?: null | undefined },
  ): Coroutine<Server>;
  startServer(
    handler: ConnectionHandler<never>,
    host: string | null,
    port: number | string | null,
    options: FakeServerOptions & ReaderOptions = {},
  ): Coroutine<Server> {
    const [ofReaders, others] = splitOptions("startServer()", options, SERVER_OPTIONS);
    return this.createServer(protocolsFor("startServer", handler, ofReaders), host, port, others);
  }

  /** As `createConnection`. */
  createConnection<P extends StreamProtocol>(
    protocolFactory: () => P,
    host: string | null,
    port: number | string | null,
  ): Coroutine<[Transport, P]> {
    checkFactory("createConnection", protocolFactory);
    return connecting(this, protocolFactory, host ?? "localhost", checkPort(port)) as Coroutine<[Transport, P]>;
  }

  /** As `createServer`. */
  createServer(
    protocolFactory: () => StreamProtocol,
    host: string | null,
    port: number | string | null,
    options: FakeServerOptions = {},
  ): Coroutine<Server> {
    checkFactory("createServer", protocolFactory);
    checkOptionNames("createServer()", options, SERVER_OPTIONS);
    const number = checkPort(port);
    const maxConnections = options.maxConnections ?? Number.POSITIVE_INFINITY;
    const listen = (loop: LoopContract, server: Server) =>
      this.listen({ loop, server, protocolFactory, maxConnections }, host ?? "0.0.0.0", number);
    return serving(options, listen);
  }

  /** Has nobody answer at `port`, as behind a firewall: whoever connects waits. */
  silence(port: number): void {
    this.#silent.add(checkPort(port));
  }

  private *listen(listener: Listener, host: string, wanted: number): CoroutineGenerator<ListeningSocket[]> {
    let port = wanted;
    while (port === 0) if (!this.#listeners.has(++this.#nextPort)) port = this.#nextPort;
    if (this.#listeners.has(port)) {
      throw new ConnectionError("EADDRINUSE", `listen EADDRINUSE: address already in use ${host}:${port}`);
    }
    this.#listeners.set(port, listener);
    return [
      {
        native: null,
        getsockname: () => [host, port],
        close: () => void this.#listeners.delete(port),
        toString: () => `${host}:${port}`,
      } as ListeningSocket,
    ];
  }

  /** @internal Both ends of a connection to `port`, after the time that takes. */
  *connect(
    protocolFactory: () => StreamProtocol,
    host: string,
    port: number,
  ): CoroutineGenerator<[Transport, unknown]> {
    const loop = loopForNew();
    const answered = new Future<void>({ loop });
    if (!this.#silent.has(port)) {
      const answer = () => {
        if (!answered.done()) answered.setResult();
      };
      loop.callLater(this.#faults.latency(), answer, { context: null });
    }
    yield* answered;
    const listener = this.#listeners.get(port);
    if (listener === undefined) throw new ConnectionError("ECONNREFUSED", `connect ECONNREFUSED ${host}:${port}`);
    const near = { protocol: checkProtocol(protocolFactory()), address: ["127.0.0.1", ++this.#nextPort] as Address };
    const far = {
      protocol: checkProtocol(listener.protocolFactory()),
      address: [host, port] as Address,
      owner: listener.server,
    };
    const isFull = listener.server.connections >= listener.maxConnections;
    const [transport, accepted] = MemoryTransport.pair(loop, this.#faults, near, far);
    transport.begin();
    if (isFull) accepted.abort();
    else loop.callSoon(() => accepted.begin(), { context: null });
    return [transport, near.protocol];
  }

  toString(): string {
    return `<FakeNetwork ports=${describe([...this.#listeners.keys()])}>`;
  }
}

const connecting = coroutine(function* createConnection(
  network: FakeNetwork,
  protocolFactory: () => StreamProtocol,
  host: string,
  port: number,
) {
  return yield* network.connect(protocolFactory, host, port);
});
