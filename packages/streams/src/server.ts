import { type CoroutineGenerator, type LoopContract, RuntimeError } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { type Coroutine, coroutine, PENDING } from "@tsyncio/tasks";
import { Gate, Passing } from "./gate.js";
import type { ListeningSocket } from "./listening-socket.js";
import { Opened } from "./open-resource.js";
import type { Client, TransportOwner } from "./socket-transport.js";

/** Opens the sockets of a server. */
export type Listen = (server: Server) => Coroutine<ListeningSocket[]>;

/** What accepts connections (`asyncio.Server`). Made by `startServer` and its likes. */
export class Server implements TransportOwner, Disposable, AsyncDisposable {
  readonly #loop: LoopContract;
  readonly #listen: Listen;
  /** Where it was asked for, in debug mode. */
  readonly #source: string | null;
  readonly #clients = new Set<Client>();
  readonly #ended: Gate;
  /** Where others wait while one opens the sockets. */
  readonly #started: Gate;
  /** Serving: what it listens on. */
  #sockets: readonly ListeningSocket[] = [];
  #starting = false;
  #closed = false;
  #forever: Future<void> | null = null;
  #opened: Opened | null = null;

  /** @internal */
  constructor(loop: LoopContract, listen: Listen, source: string | null = null) {
    this.#loop = loop;
    this.#listen = listen;
    this.#source = source;
    this.#ended = new Gate(loop, "Server", "waitClosed");
    this.#started = new Gate(loop, "Server", "startServing");
  }

  getLoop(): LoopContract {
    return this.#loop;
  }

  /** Whether it accepts connections. */
  isServing(): boolean {
    return this.#sockets.length > 0;
  }

  /** What it listens on; empty before it serves and once it is closed. */
  get sockets(): readonly ListeningSocket[] {
    return this.#sockets;
  }

  /**
   * The port that it listens on: that of its first address.
   * @throws `RuntimeError` while it listens on none.
   */
  get port(): number {
    const address = this.#sockets[0]?.getsockname();
    if (Array.isArray(address)) return address[1];
    throw new RuntimeError(`server ${this} listens on no port`);
  }

  /** How many connections are open. */
  get connections(): number {
    return this.#clients.size;
  }

  /** Begins to accept connections, unless it does so. Throws what opening the sockets fails with, a port in use for example. */
  startServing(): Coroutine<void> {
    return starting(this);
  }

  /**
   * Accepts connections until it is cancelled; then it closes, and waits for the connections that are open. Throws `RuntimeError` when it is closed, or
   * served for ever already.
   */
  serveForever(): Coroutine<never> {
    return serving(this);
  }

  /** Accepts no more connections. Those that are open go on. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const socket of this.#sockets) socket.close();
    this.#sockets = [];
    this.#opened?.close();
    this.#forever?.cancel();
    this.#forever = null;
    this.#lookForEnd();
  }

  /** Closes the connections that are open, when what was written to them is sent. */
  closeClients(): void {
    for (const client of [...this.#clients]) client.close();
  }

  /** Closes the connections that are open at once. */
  abortClients(): void {
    for (const client of [...this.#clients]) client.abort();
  }

  /** Waits until it is closed, and all its connections are gone. */
  waitClosed(): Coroutine<void> {
    return new Passing("waitClosed", this.#ended, () =>
      this.#closed && this.#clients.size === 0 ? undefined : PENDING,
    );
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Closes, and waits until the connections are gone. */
  [Symbol.asyncDispose](): Coroutine<void> {
    return disposing(this);
  }

  /** @internal */
  attach(client: Client): void {
    this.#clients.add(client);
  }

  /** @internal */
  detach(client: Client): void {
    this.#clients.delete(client);
    this.#lookForEnd();
  }

  /** @internal */
  *open(): CoroutineGenerator<void> {
    if (this.#closed) throw new RuntimeError(`server ${this} is closed`);
    if (this.isServing()) return;
    if (this.#starting) {
      yield* new Passing("startServing", this.#started, () => (this.#starting ? PENDING : undefined));
      yield* this.open();
      return;
    }
    this.#starting = true;
    let sockets: readonly ListeningSocket[] = [];
    try {
      sockets = yield* this.#listen(this);
    } finally {
      this.#starting = false;
      this.#started.open();
    }
    // Closed in the meantime.
    if (this.#closed) for (const socket of sockets) socket.close();
    else {
      this.#sockets = sockets;
      this.#opened = new Opened(
        this.#loop,
        "server",
        () => this.toString(),
        () => this.close(),
        this.#source,
      );
    }
  }

  /** @internal */
  *forever(): CoroutineGenerator<never> {
    if (this.#forever !== null) {
      throw new RuntimeError(`server ${this} is already being awaited on serveForever()`);
    }
    yield* this.open();
    const forever = new Future<void>({ loop: this.#loop });
    this.#forever = forever;
    try {
      return (yield* forever) as never;
    } finally {
      this.#forever = null;
      this.close();
      yield* this.waitClosed();
    }
  }

  toString(): string {
    const state = this.#closed ? "closed" : this.#sockets.map(String).join(", ") || "not serving";
    return `<Server ${state} connections=${this.#clients.size}>`;
  }

  #lookForEnd(): void {
    if (this.#closed && this.#clients.size === 0) this.#ended.open();
  }
}

const starting = coroutine(function* startServing(server: Server) {
  yield* server.open();
});

const disposing = coroutine(function* close(server: Server) {
  server.close();
  yield* server.waitClosed();
});

const serving = coroutine(function* serveForever(server: Server) {
  return yield* server.forever();
});
