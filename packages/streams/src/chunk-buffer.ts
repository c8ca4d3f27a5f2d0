/**
 * Bytes that came in chunks and go out in other pieces. A piece inside one chunk is a view of it; one that lies across several is copied, once.
 *
 * Invariant: the chunks from `#head` on hold what is here; none of them is empty, and `#start` is inside of the first.
 */
export class ChunkBuffer {
  #chunks: (Buffer | null)[] = [];
  #head = 0;
  /** Where the bytes begin that are still here, in the first chunk. */
  #start = 0;
  #size = 0;
  /** How many bytes were ever taken. */
  #taken = 0;

  /** How many bytes it holds. */
  get size(): number {
    return this.#size;
  }

  /** How many bytes were taken so far: tells whether someone else took some. */
  get taken(): number {
    return this.#taken;
  }

  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#size += chunk.length;
  }

  /** Removes and gives the first `n` bytes; all of them, if there are fewer. */
  take(n: number): Buffer {
    const first = this.#chunks[this.#head];
    if (first == null || n <= 0) return Buffer.alloc(0);
    const start = this.#start;
    const end = start + n;
    if (end < first.length) {
      this.#start = end;
      this.#size -= n;
      this.#taken += n;
      return first.subarray(start, end);
    }
    if (end > first.length && this.#chunks.length > this.#head + 1) return this.#gather(Math.min(n, this.#size));
    this.#size -= first.length - start;
    this.#taken += first.length - start;
    this.#start = 0;
    this.#drop(1);
    return start === 0 ? first : first.subarray(start);
  }

  /**
   * Removes the first line, with its end, and gives what `cut` makes of its place in the chunk that it lies in. `null`, and nothing is removed, when it
   * does not end in the first chunk, or has more than `limit` bytes in front of its end: most lines do, and these are taken without another object.
   */
  takeLine<T>(limit: number, cut: (chunk: Buffer, start: number, end: number) => T): T | null {
    const chunk = this.#chunks[this.#head];
    if (chunk == null) return null;
    const start = this.#start;
    const end = chunk.indexOf(10, start) + 1;
    const length = end - start;
    if (end === 0 || length - 1 > limit) return null;
    this.#size -= length;
    this.#taken += length;
    if (end < chunk.length) this.#start = end;
    else {
      this.#start = 0;
      this.#drop(1);
    }
    return cut(chunk, start, end);
  }

  /** Where `wanted` stands first, at `from` or behind it; -1 where it does not. */
  indexOf(wanted: number | Buffer, from: number): number {
    /** How many bytes are in front of the chunk that is looked at. */
    let before = -this.#start;
    for (let i = this.#head; i < this.#chunks.length; i++) {
      const chunk = this.#chunks[i] as Buffer;
      const end = before + chunk.length;
      if (end > from) {
        const found = chunk.indexOf(wanted, Math.max(from - before, -before, 0));
        if (found !== -1) return before + found;
        if (typeof wanted !== "number" && wanted.length > 1) {
          const across = this.#indexAcross(wanted, from, end);
          if (across !== -1) return across;
        }
      }
      before = end;
    }
    return -1;
  }

  /** Where `wanted` stands that begins in front of `boundary`, the end of a chunk, and ends behind it. */
  #indexAcross(wanted: Buffer, from: number, boundary: number): number {
    const begin = Math.max(from, boundary - wanted.length + 1);
    const end = Math.min(this.#size, boundary + wanted.length - 1);
    const found = this.peek(begin, end).indexOf(wanted);
    return found !== -1 && begin + found < boundary ? begin + found : -1;
  }

  /** {@link take} of bytes that lie in several chunks. */
  #gather(n: number): Buffer {
    const piece = this.peek(0, n);
    this.#size -= n;
    this.#taken += n;
    let gone = this.#start + n;
    let whole = 0;
    for (let i = this.#head; i < this.#chunks.length; i++) {
      const { length } = this.#chunks[i] as Buffer;
      if (gone < length) break;
      gone -= length;
      whole++;
    }
    this.#start = gone;
    this.#drop(whole);
    return piece;
  }

  /** Drops the first `n` chunks. The array is cut only now and then: `shift` would cost its length. */
  #drop(n: number): void {
    if (this.#chunks.length === 1) {
      this.#chunks.pop();
      return;
    }
    this.#chunks.fill(null, this.#head, this.#head + n);
    this.#head += n;
    if (this.#head < this.#chunks.length && this.#head < 64) return;
    if (this.#head * 2 < this.#chunks.length) return;
    this.#chunks.splice(0, this.#head);
    this.#head = 0;
  }

  /** A copy of the bytes from `begin` to `end`, which stay. */
  peek(begin: number, end: number): Buffer {
    const piece = Buffer.allocUnsafe(Math.max(end - begin, 0));
    let before = -this.#start;
    for (let i = this.#head; i < this.#chunks.length && before < end; i++) {
      const chunk = this.#chunks[i] as Buffer;
      const after = before + chunk.length;
      if (after > begin) {
        const from = Math.max(begin, 0) - before;
        chunk.copy(piece, Math.max(before - begin, 0), Math.max(from, 0), Math.min(end - before, chunk.length));
      }
      before = after;
    }
    return piece;
  }
}
