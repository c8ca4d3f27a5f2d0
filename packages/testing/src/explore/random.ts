/** A stream of numbers from 0 up to 1 that a seed fixes (mulberry32). */
export type Random = () => number;

export function randomFrom(seed: number): Random {
  // Seeds that lie side by side are to give streams that have nothing in common.
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = state;
    x = Math.imul(x ^ (x >>> 15), x | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number from 0 up to `bound`, which is left out. */
export function below(random: Random, bound: number): number {
  return Math.floor(random() * bound);
}
