// What the workers of 41-cluster.ts run: `npx tsyncio worker 41-cluster.work.ts` starts one, on any machine.
import { remote } from "tsyncio";

export const countPrimes = remote(import.meta.url, function countPrimes(below: number) {
  const isComposite = new Uint8Array(below);
  let count = 0;
  for (let n = 2; n < below; n++) {
    if (isComposite[n]) continue;
    count++;
    for (let multiple = n * n; multiple < below; multiple += n) isComposite[multiple] = 1;
  }
  return count;
});
