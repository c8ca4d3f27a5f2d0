import type { Runnable } from "@tsyncio/contract";

/** The callbacks that are ready, and which of them runs next. */
export interface ReadyOrder {
  /** How many the turn that begins now will run; 0 when none is ready. */
  readonly size: number;
  push(runnable: Runnable): void;
  /** Takes out the one that runs next. Called while there is one. */
  shift(): Runnable;
  clear(): void;
  /** Gives memory back. Called when the loop has nothing to do. */
  trim(): void;
}

/** A first-in, first-out queue in a ring whose length is a power of two; an array's `shift` moves everything once it is long. */
export class ReadyQueue implements ReadyOrder {
  #ring: (Runnable | undefined)[] = new Array<Runnable | undefined>(64);
  #mask = 63;
  #head = 0;
  size = 0;

  push(runnable: Runnable): void {
    if (this.size > this.#mask) this.#grow();
    this.#ring[(this.#head + this.size++) & this.#mask] = runnable;
  }

  /** Takes the first one out; there must be one. */
  shift(): Runnable {
    const runnable = this.#ring[this.#head] as Runnable;
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) & this.#mask;
    this.size--;
    return runnable;
  }

  clear(): void {
    this.#ring = new Array<Runnable | undefined>(64);
    this.#mask = 63;
    this.#head = 0;
    this.size = 0;
  }

  /** Gives the memory of a burst back, when it is over. */
  trim(): void {
    if (this.size === 0 && this.#mask > 4095) this.clear();
  }

  #grow(): void {
    const old = this.#ring;
    const ring = new Array<Runnable | undefined>(old.length * 2);
    for (let i = 0; i < this.size; i++) ring[i] = old[(this.#head + i) & this.#mask];
    this.#ring = ring;
    this.#mask = ring.length - 1;
    this.#head = 0;
  }
}
