// Every primitive under every order of events that is open, with a cancellation at every point; and swept.
import { cancelSweep, explore } from "@tsyncio/testing";
import { describe, expect, it } from "vitest";
import { proofs } from "./proofs.ts";
import { both } from "./support.ts";

for (const kind of both.kinds) {
  describe(`under every order of events, with two tasks and a cancellation anywhere (${kind.name})`, () => {
    it.each(Object.keys(proofs))("%s", async (name) => {
      const program = proofs[name]?.(kind, 2);
      const report = await explore(program as never, { cancellations: 1, runs: 100_000, leaks: true });
      expect(report.complete, report.summary).toBe(true);
    });
  });

  describe(`cancelled at every await, with three tasks (${kind.name})`, () => {
    it.each(Object.keys(proofs))("%s", async (name) => {
      const report = await cancelSweep(proofs[name]?.(kind, 3) as never);
      expect(report.suspensions).toBeGreaterThan(0);
    });
  });
}
