import type { ChunkBuffer } from "./chunk-buffer.js";

/**
 * How many of the first `length` bytes make whole UTF-8 characters. When that is not even one, the bytes of the first character, or 0 if
 * they are not all there.
 */
export function wholeCharacters(bytes: ChunkBuffer, length: number): number {
  const tail = bytes.peek(Math.max(0, length - 3), length);
  for (let back = 1; back <= tail.length; back++) {
    const byte = tail[tail.length - back] as number;
    if ((byte & 0b1100_0000) === 0b1000_0000) continue;
    const needed = charLength(byte);
    if (needed <= back) return length;
    const whole = length - back;
    if (whole > 0) return whole;
    return bytes.size >= needed ? needed : 0;
  }
  // Not UTF-8.
  return length;
}

/** How many bytes a character has, by its first one; of a byte that begins none, 1: nothing that comes after it makes it one. */
function charLength(first: number): number {
  if (first < 0xc2 || first > 0xf4) return 1;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}
