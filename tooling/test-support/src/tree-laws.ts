import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Kind } from "./laws.ts";
import { cancellations, type Grove, play, type Tree, trees } from "./trees.ts";

/** How many trees each law is tried on. */
const RUNS = 200;

/** The laws that hold for any tree of tasks that `grove` can grow, wherever cancellations strike. */
export function treeLaws(title: string, grove: Grove): void {
  describe(title, () => {
    for (const kind of grove.kinds) {
      it(`leave no task and no timer, and run each finally block once (${kind.name})`, async () => {
        await fc.assert(
          fc.asyncProperty(trees(grove), cancellations, async (tree, cancels) => {
            const { tasks, entered, cleaned, trace } = await play(grove, tree, cancels, () => kind);
            expect(tasks.every((task) => task.done())).toBe(true);
            expect(cleaned).toEqual(entered);
            expect(entered.every((times) => times === 1)).toBe(true);
            expect(trace).toHaveLength(tasks.length);
          }),
          { numRuns: RUNS },
        );
      });
    }

    it("do the same, in the same order and at the same times, in either kind of coroutine and in both mixed", async () => {
      const [generator, async] = grove.kinds as [Kind, Kind];
      const mixed = ({ kind }: Tree) => grove.kinds[kind] as Kind;
      await fc.assert(
        fc.asyncProperty(trees(grove), cancellations, async (tree, cancels) => {
          const expected = await play(grove, tree, cancels, () => generator);
          expect((await play(grove, tree, cancels, () => async)).trace).toEqual(expected.trace);
          expect((await play(grove, tree, cancels, mixed)).trace).toEqual(expected.trace);
        }),
        { numRuns: RUNS },
      );
    });
  });
}
