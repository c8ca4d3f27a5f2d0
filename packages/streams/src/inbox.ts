import { type LoopContract, RuntimeError } from "@tsyncio/contract";
import { ChunkBuffer } from "./chunk-buffer.js";
import { ReusableWait } from "./reusable-wait.js";
import { Search } from "./search.js";

/** What a reader needs of a transport. */
export interface Pausable {
  pauseReading(): void;
  resumeReading(): void;
}

/** Someone who waits for bytes. */
export interface Awaited {
  readonly name: string;
  /** Whether it could end with what is there now. */
  isReady(): boolean;
}

/**
 * What has arrived for a reader and was not read. When it holds more than twice the limit the transport is paused, and resumed at the limit or when
 * someone waits for more than there is.
 *
 * At most one operation waits at a time. It is woken when it can end, and takes its bytes when it runs: had it been cancelled in between, they
 * would still be here.
 */
export class Inbox {
  readonly loop: LoopContract;
  readonly limit: number;
  readonly bytes: ChunkBuffer = new ChunkBuffer();
  /** Whether nothing more will come. */
  eof = false;
  /** What the connection was lost with. */
  error: unknown = null;
  transport: Pausable | null = null;
  #paused = false;
  #waiter: ReusableWait | null = null;
  /** One that is over, for the next who waits. */
  #spare: ReusableWait | null = null;
  #awaited: Awaited | null = null;
  #search: Search | null = null;

  constructor(loop: LoopContract, limit: number) {
    this.loop = loop;
    this.limit = limit;
  }

  feed(data: Buffer): void {
    this.bytes.push(data);
    if (this.#awaited?.isReady()) this.#wake();
    if (this.transport === null || this.#paused || this.bytes.size <= 2 * this.limit) return;
    // Whoever waits needs more than the limit; it would wait for ever.
    if (this.#awaited !== null) return;
    this.#paused = true;
    this.transport.pauseReading();
  }

  end(): void {
    this.eof = true;
    this.#wake();
  }

  fail(error: unknown): void {
    this.error = error;
    this.#wake();
  }

  /** {@link ChunkBuffer.takeLine}, within the limit. */
  takeLine<T>(cut: (chunk: Buffer, start: number, end: number) => T): T | null {
    const line = this.bytes.takeLine(this.limit, cut);
    if (this.#paused) this.taken();
    return line;
  }

  /** Looks for the first of `separators`, the shortest first, where the latest search of `searcher` stopped. */
  find(searcher: object, separators: readonly (Buffer | number)[]): Search {
    this.#search ??= new Search();
    this.#search.find(searcher, this.bytes, separators);
    return this.#search;
  }

  /** Bytes were taken. */
  taken(): void {
    if (this.#paused && this.bytes.size <= this.limit) this.#resume();
  }

  /** Goes on with another transport, which is not paused. */
  replaceTransport(transport: Pausable): void {
    this.transport = transport;
    this.#paused = false;
  }

  isPaused(): boolean {
    return this.#paused;
  }

  /**
   * What `awaited` waits for.
   * @throws `RuntimeError` when someone waits already: nobody could say who would get which bytes.
   */
  wait(awaited: Awaited): ReusableWait {
    if (this.#waiter !== null) {
      throw new RuntimeError(`${awaited.name}() called while another coroutine is already waiting for incoming data`);
    }
    if (this.#paused) this.#resume();
    this.#awaited = awaited;
    const waiter = this.#spare ?? new ReusableWait(this.loop, "StreamReader");
    this.#spare = null;
    waiter.begin(awaited);
    this.#waiter = waiter;
    return waiter;
  }

  /** `awaited` waits no longer, for `waiter`. */
  waited(awaited: Awaited, waiter: ReusableWait): void {
    this.#spare = waiter;
    if (this.#awaited !== awaited) return;
    this.#awaited = null;
    this.#waiter = null;
  }

  #wake(): void {
    const waiter = this.#waiter;
    this.#waiter = null;
    this.#awaited = null;
    waiter?.wake();
  }

  #resume(): void {
    this.#paused = false;
    this.transport?.resumeReading();
  }
}
