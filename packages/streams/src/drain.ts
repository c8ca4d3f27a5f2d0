import type { CoroutineFrame, StartableCoroutine, Suspension, Waitable } from "@tsyncio/contract";
import { Operation, PENDING, PromiseCoroutine, passAsPromise } from "@tsyncio/tasks";
import type { FlowControlProtocol } from "./flow-control-protocol.js";
import type { ReusableWait } from "./reusable-wait.js";

/** What knows that the connection is lost: its receiving side. */
export interface Ends {
  exception(): unknown;
}

/** `drain()`. On a connection that closes it gives up a turn first, so that code which writes and drains in a circle hears of the end. */
export class Drain extends Operation<void> {
  private readonly protocol: FlowControlProtocol;
  private readonly reader: Ends | null;
  private givesTurn: boolean;
  private waiter: ReusableWait | null = null;

  constructor(protocol: FlowControlProtocol, reader: Ends | null, isClosing: boolean) {
    super();
    this.protocol = protocol;
    this.reader = reader;
    this.givesTurn = isClosing;
  }

  get name(): string {
    return "drain";
  }

  protected override attempt(): void | typeof PENDING {
    const error = this.reader?.exception() ?? null;
    if (error !== null) throw error;
    if (this.givesTurn || !this.protocol.mayWrite()) return PENDING;
  }

  protected override wait(): Waitable | undefined {
    if (this.givesTurn) {
      this.givesTurn = false;
      return undefined;
    }
    this.waiter = this.protocol.drained.wait();
    return this.waiter;
  }

  protected override waited(): void {
    if (this.waiter !== null) this.protocol.drained.leave(this.waiter);
    this.waiter = null;
  }
}

const DONE: IteratorReturnResult<void> = { done: true, value: undefined };
const AT_ONCE: Iterator<Suspension, void, unknown> = { next: () => DONE };

/** A `drain()` that has nothing to wait for: most of them, so that one serves all. */
class Drained extends PromiseCoroutine<void> implements CoroutineFrame<void> {
  static {
    passAsPromise(this);
  }

  /** Set only while a task takes the result, which is at once. */
  caller: null = null;

  get name(): string {
    return "drain";
  }

  get frame(): CoroutineFrame<void> {
    return this;
  }

  open(): CoroutineFrame<void> {
    return this;
  }

  [Symbol.iterator](): Iterator<Suspension, void, unknown> {
    return AT_ONCE;
  }

  next(): IteratorResult<unknown, void> {
    return DONE;
  }

  throw(error: unknown): never {
    throw error;
  }

  return(): IteratorResult<unknown, void> {
    return DONE;
  }

  close(): void {}
}

export const DRAINED: StartableCoroutine<void> = new Drained((resolve) => resolve());
