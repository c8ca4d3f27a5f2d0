// Every primitive in all orders of what is ready, as far as a minute's share goes; with three tasks; and at random with more.
import { type ExploreOptions, explore } from "@tsyncio/testing";
import { describe, expect, it } from "vitest";
import { proofs } from "./proofs.ts";
import { both } from "./support.ts";

const cases: Readonly<Record<string, { size: number; options: ExploreOptions }>> = {
  "two tasks, in any order of what is ready, with a cancellation anywhere": {
    size: 2,
    options: { order: "free", cancellations: 1, runs: 1_000_000, timeLimit: "2s" },
  },
  "three tasks, with a cancellation anywhere": {
    size: 3,
    options: { cancellations: 1, runs: 1_000_000, timeLimit: "3s" },
  },
  "six tasks at random, with two cancellations": {
    size: 6,
    options: { order: "free", strategy: "random", cancellations: 2, runs: 2_000, seed: 1 },
  },
  "six tasks with random priorities, with two cancellations": {
    size: 6,
    options: { order: "free", strategy: "pct", cancellations: 2, runs: 2_000, seed: 1 },
  },
};

for (const kind of both.kinds) {
  for (const [what, { size, options }] of Object.entries(cases)) {
    describe(`${what} (${kind.name})`, () => {
      it.each(Object.keys(proofs))("%s", async (name) => {
        const report = await explore(proofs[name]?.(kind, size) as never, options);
        expect(report.runs).toBeGreaterThan(10);
      });
    });
  }
}
