import type { TaskContract } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { createTask, gather, race, shield, type TaskGroup, taskGroup, wait } from "@tsyncio/tasks";
import { type Grove, on, type Script, treeLaws, worldOf } from "@tsyncio/test-support";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { both, pause, turn } from "./support.ts";

const RUNS = 50;

const grove: Grove = {
  kinds: both.kinds,
  createTask: (source) => createTask(source) as TaskContract<unknown>,
  pause,
  joins: {
    *await(children, start) {
      for (const child of children) yield* on(start(child));
    },
    *gather(children, start) {
      yield* on(gather(children.map((child) => start(child))));
    },
    *group(children, start, define) {
      const body = function* (tg: TaskGroup): Script<void> {
        for (const child of children) start(child, (source) => tg.createTask(source) as TaskContract<unknown>);
        yield* on(turn());
      };
      yield* on(taskGroup(define(body)));
    },
    *race(children, start) {
      yield* on(race(children.map((child) => start(child))));
    },
    *wait(children, start) {
      yield* on(
        wait(
          children.map((child) => start(child)),
          { timeout: 1, returnWhen: "FIRST_EXCEPTION" },
        ),
      );
    },
    *shield(children, start) {
      for (const child of children) yield* on(shield(start(child)));
    },
    *loose(children, start) {
      for (const child of children) start(child);
    },
  },
};

treeLaws("random trees of tasks, with random cancellations", grove);

describe("many waiters on one future", () => {
  it("each gets the result or its own cancellation, and none is lost", async () => {
    const moves = fc.array(fc.record({ at: fc.integer({ min: 0, max: 3 }), who: fc.nat({ max: 9 }) }), {
      maxLength: 10,
    });
    await fc.assert(
      fc.asyncProperty(moves, fc.integer({ min: 0, max: 3 }), fc.boolean(), async (cancels, at, shielded) => {
        for (const kind of both.kinds) {
          const world = worldOf();
          const outcomes: string[] = [];
          const cancelled = new Set<number>();
          await world.loop.runUntilComplete(
            kind.define(function* () {
              const future = new Future<string>();
              const waiters = Array.from({ length: 10 }, (_, who) =>
                createTask(
                  kind.define(function* () {
                    try {
                      outcomes[who] = yield* on(shielded ? shield(future) : future);
                    } catch (error) {
                      outcomes[who] = (error as Error).name;
                    }
                  }),
                ),
              );
              for (const { at: when, who } of cancels) {
                world.loop.callLater(when, () => {
                  if (waiters[who]?.cancel()) cancelled.add(who);
                });
              }
              world.loop.callLater(at, () => {
                if (!future.done()) future.setResult("result");
              });
              yield* on(pause(5));
            }),
          );
          world.leave();
          expect(outcomes).toHaveLength(10);
          // Without a shield the first cancellation that finds the future undone is for all.
          if (shielded) {
            const expected = outcomes.map((_, who) => (cancelled.has(who) ? "CancelledError" : "result"));
            expect(outcomes).toEqual(expected);
          } else if (cancelled.size === 0) expect(new Set(outcomes)).toEqual(new Set(["result"]));
        }
      }),
      { numRuns: RUNS },
    );
  });
});
