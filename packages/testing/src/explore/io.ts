import type { Runnable } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";

/** The simulated I/O that a run waits for, in the order it was begun. */
export class PendingIo {
  readonly #pending: SimulatedIo<unknown>[] = [];

  get size(): number {
    return this.#pending.length;
  }

  at(index: number): SimulatedIo<unknown> {
    return this.#pending[index] as SimulatedIo<unknown>;
  }

  begin<T>(name: string, result: T | (() => T)): SimulatedIo<T> {
    const io = new SimulatedIo<T>(this, name, result);
    this.#pending.push(io as SimulatedIo<unknown>);
    return io;
  }

  remove(io: SimulatedIo<unknown>): void {
    const index = this.#pending.indexOf(io);
    if (index >= 0) this.#pending.splice(index, 1);
  }
}

/** An operation that completes when the schedule says so. Cancelling it ends it at once. */
export class SimulatedIo<T> extends Future<T> implements Runnable {
  readonly name: string;
  readonly #all: PendingIo;
  readonly #result: T | (() => T);

  constructor(all: PendingIo, name: string, result: T | (() => T)) {
    super();
    this.#all = all;
    this.name = name;
    this.#result = result;
  }

  /** Completes it: a callback of the loop. */
  run(): void {
    if (this.done()) return;
    this.#all.remove(this as SimulatedIo<unknown>);
    try {
      const result = this.#result;
      this.setResult(typeof result === "function" ? (result as () => T)() : result);
    } catch (error) {
      this.setException(error);
    }
  }

  override cancel(reason?: unknown): boolean {
    this.#all.remove(this as SimulatedIo<unknown>);
    return super.cancel(reason);
  }

  protected override describeSelf(): string {
    return super.describeSelf().replace("Future", `io ${JSON.stringify(this.name)}`);
  }
}
