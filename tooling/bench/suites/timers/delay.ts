/** How long n sleepers sleep: long enough for all of them to be asleep at once. */
export function secondsFor(n: number): number {
  return n * 5e-6;
}
