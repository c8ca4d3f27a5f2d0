import type { ScopeContract, StrandContract } from "@tsyncio/contract";

/**
 * Watches the body of a timeout that has struck. An async function that waits for a foreign promise can't be reached there; when it has
 * neither settled nor come to a wait of ours for so long (in real time), it is left behind.
 */
export class Abandonment {
  readonly #strand: StrandContract;
  readonly #scope: ScopeContract;
  readonly #patience: number;
  readonly #place: string;
  #lastWait: number;
  #stop: () => void;

  /** @param place - where the timeout was asked for */
  constructor(strand: StrandContract, scope: ScopeContract, patience: number, place: string) {
    this.#strand = strand;
    this.#scope = scope;
    this.#patience = patience;
    this.#place = place;
    this.#lastWait = scope.lastWait();
    this.#stop = this.#watch();
  }

  /** The body has ended. */
  stop(): void {
    this.#stop();
  }

  /** Holds the process only while nothing but this can end the wait: else the loop does, as far as it is to. */
  #watch(): () => void {
    return this.#scope.loop.host.afterRealTime(this.#patience, () => this.#look(), this.#isStuck());
  }

  #isStuck(): boolean {
    return this.#strand.isNative() && !this.#scope.hasWaits();
  }

  #look(): void {
    if (this.#scope.loop.isClosed()) return;
    const lastWait = this.#scope.lastWait();
    const moves = lastWait !== this.#lastWait || !this.#isStuck();
    this.#lastWait = lastWait;
    if (moves) {
      this.#stop = this.#watch();
      return;
    }
    const { task, loop } = this.#scope;
    const what = this.#strand.describeWait();
    this.#strand.abandon();
    const message =
      `a timeout of ${task.getName()} at ${this.#place} left ${what}, behind: it did not end within ${this.#patience} s of its cancellation. ` +
      "Give the host function the signal (timeout(…, async (t) => fetch(url, { signal: t.signal }))), " +
      "or wrap the promise: await fromPromise(promise)";
    loop.callExceptionHandler({ message, task });
  }
}
