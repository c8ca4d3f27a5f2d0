import type { LoopContract } from "@tsyncio/contract";

/** A place in a {@link WaiterQueue}, and who stands there. */
export interface Place {
  /** Its neighbours. Kept by the queue. */
  before: Place | null;
  after: Place | null;
  /** Whether it is still waiting: neither woken nor cancelled. */
  isPending(): boolean;
  /** Whether it was woken, and has not run yet. */
  isWoken(): boolean;
  /** Whether it will never run, because its loop was closed. */
  isLost(): boolean;
  /** It may go on. */
  wake(): void;
  /** It is no longer in the line. */
  left(): void;
}

/**
 * Those who wait for one thing, first come, first served. Every primitive waits on one of these.
 *
 * A place stays in the line until who stands there has run: who was woken or cancelled, but has not run yet, is there, and counts where asyncio's
 * deque of futures counts it. Leaving takes O(1), waking O(1) on average: `#candidate` passes each place once.
 *
 * Invariant: all places before `#candidate` are woken or cancelled.
 */
export class WaiterQueue {
  /** Whose line it is, for texts. Set by the owner. */
  owner: object | null = null;
  /** How many are in the line. */
  size = 0;
  /** How many of them were cancelled, and have not run yet. Kept by their places. */
  cancelled = 0;
  /** How many of them were woken, and have not run yet. Kept by their places. */
  woken = 0;
  /** The loop of who began the line, `null` when that was plain async code. */
  loop: LoopContract | null = null;
  #first: Place | null = null;
  #last: Place | null = null;
  #candidate: Place | null = null;

  /** How many wait, or were woken and will run: all but the cancelled. */
  get live(): number {
    return this.size - this.cancelled;
  }

  /** Wakes who stands first, unless that one was woken or cancelled already: then it will see to the next when it runs. */
  wakeFirst(): void {
    let first = this.#first;
    if (first?.isLost()) {
      this.dropLost();
      first = this.#first;
    }
    if (first?.isPending()) this.#wake(first);
  }

  /** Wakes the first who is still waiting. `false`: there is none. */
  wakeNext(): boolean {
    for (let place = this.#candidate; place !== null; place = this.#candidate) {
      if (!place.isPending()) this.#candidate = place.after;
      else if (place.isLost()) this.remove(place);
      else {
        this.#wake(place);
        return true;
      }
    }
    return false;
  }

  /** Wakes all who are waiting. */
  wakeAll(): void {
    while (this.wakeNext()) {}
  }

  /** Removes those at the front who will never run; how many of them were woken for nothing. */
  dropLost(): number {
    let wasted = 0;
    for (let place = this.#first; place?.isLost(); place = this.#first) {
      if (place.isWoken()) wasted++;
      this.remove(place);
    }
    return wasted;
  }

  /** Puts `place` at the end. */
  add(place: Place, loop: LoopContract | null): void {
    const last = this.#last;
    if (last === null) {
      this.#first = place;
      this.loop = loop;
    } else {
      last.after = place;
      place.before = last;
    }
    this.#last = place;
    if (this.#candidate === null) this.#candidate = place;
    this.size++;
  }

  remove(place: Place): void {
    const { before, after } = place;
    if (before === null) this.#first = after;
    else before.after = after;
    if (after === null) this.#last = before;
    else after.before = before;
    if (this.#candidate === place) this.#candidate = after;
    this.size--;
    place.before = null;
    place.after = null;
    place.left();
  }

  #wake(place: Place): void {
    if (this.#candidate === place) this.#candidate = place.after;
    place.wake();
  }
}
