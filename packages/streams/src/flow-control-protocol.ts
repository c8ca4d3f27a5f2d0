import { type LoopContract, loopForNew } from "@tsyncio/contract";
import { type Coroutine, PENDING } from "@tsyncio/tasks";
import { connectionLost } from "./connection-error.js";
import { Gate, Passing } from "./gate.js";
import { Protocol } from "./protocols.js";

/** The end of a connection: what it was lost with, `null` after a proper end. */
interface End {
  readonly error: unknown;
}

/** The side of a protocol that a `StreamWriter` waits at: until it may write on, and until the connection is gone. */
export class FlowControlProtocol extends Protocol {
  protected readonly loop: LoopContract;
  #paused = false;
  #end: End | null = null;
  readonly #drained: Gate;
  readonly #closed: Gate;

  constructor(options: { loop?: LoopContract | undefined } = {}) {
    super();
    this.loop = options.loop ?? loopForNew();
    this.#drained = new Gate(this.loop, "StreamWriter", "drain");
    this.#closed = new Gate(this.loop, "StreamWriter", "waitClosed");
  }

  override pauseWriting(): void {
    this.#paused = true;
  }

  override resumeWriting(): void {
    this.#paused = false;
    this.#drained.open();
  }

  override connectionLost(error: unknown): void {
    this.#end = { error };
    this.#drained.open();
    this.#closed.open();
  }

  /** Whether the connection is gone. */
  isLost(): boolean {
    return this.#end !== null;
  }

  /** Whether more may be written. Throws when the connection is gone. */
  mayWrite(): boolean {
    if (this.#end !== null) throw this.#end.error ?? connectionLost();
    return !this.#paused;
  }

  /** Whether there is a connection, and more may be written. */
  isFlowing(): boolean {
    return this.#end === null && !this.#paused;
  }

  /** Where `drain()` waits while it may not write. */
  get drained(): Gate {
    return this.#drained;
  }

  /** Waits until the connection is gone. Throws what it was lost with. */
  waitClosed(): Coroutine<void> {
    return new Passing("waitClosed", this.#closed, () => {
      if (this.#end === null) return PENDING;
      if (this.#end.error !== null) throw this.#end.error;
      return undefined;
    });
  }
}
