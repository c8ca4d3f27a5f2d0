/** The middle one of the values; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("the median of no values");
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

export function mean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("the mean of no values");
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** How many times as much as the other: below 1 is better than the other. */
export function ratio(ours: number, theirs: number): number {
  return ours / theirs;
}
