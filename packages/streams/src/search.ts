import type { ChunkBuffer } from "./chunk-buffer.js";

/**
 * A search for separators in what has arrived, which goes on where it stopped, however many pieces a record comes in. A reader has one of these, and
 * not each read: most reads find what they want at once, and have nothing to remember.
 */
export class Search {
  #searcher: object | null = null;
  /** How many bytes had been taken when it began. */
  #origin = 0;
  /** No separator begins in front of this. */
  searched = 0;
  /** Where the record ends that was found, and its separator begins; -1: none was. */
  end = -1;
  separator = -1;

  /** Looks for the one of `separators` that ends first. It begins anew for another `searcher`, and when bytes were taken. */
  find(searcher: object, bytes: ChunkBuffer, separators: readonly (Buffer | number)[]): void {
    if (this.#searcher !== searcher || this.#origin !== bytes.taken) {
      this.#searcher = searcher;
      this.#origin = bytes.taken;
      this.searched = 0;
    }
    this.end = -1;
    for (const separator of separators) {
      const length = lengthOf(separator);
      const at = bytes.indexOf(separator, this.searched);
      if (at === -1 || (this.end !== -1 && at + length >= this.end)) continue;
      this.end = at + length;
      this.separator = at;
    }
    if (this.end !== -1) return;
    const longest = lengthOf(separators[separators.length - 1] as Buffer | number);
    this.searched = Math.max(0, bytes.size + 1 - longest);
  }
}

const lengthOf = (separator: Buffer | number) => (typeof separator === "number" ? 1 : separator.length);
