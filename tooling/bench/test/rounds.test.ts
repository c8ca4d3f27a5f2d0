import { expect, it } from "vitest";
import type { Measurement } from "../src/plan.ts";
import { runRounds } from "../src/rounds.ts";

const measurement = (title: string, rounds: number): Measurement => ({
  title,
  rounds,
  interpreter: "node",
  job: { file: "", program: "", driver: "", meter: "busy", n: 1, warmUp: 0, measure: 0 },
});

const a = measurement("a", 3);
const b = measurement("b", 1);
const c = measurement("c", 3);

function watch() {
  const seen: string[] = [];
  return {
    seen,
    started: ({ title }: Measurement, round: number) => seen.push(`${title}${round}`),
    failed: ({ title }: Measurement, reason: string) => seen.push(`${title}: ${reason}`),
  };
}

it("measures in turn, each as often as it is to be, and takes the medians", async () => {
  const values = { a: [5, 100, 6], b: [1], c: [30, 10, 20] };
  const watcher = watch();
  const outcomes = await runRounds([a, b, c], async ({ title }) => values[title as "a"].shift() ?? Number.NaN, watcher);
  expect(watcher.seen).toEqual(["a1", "b1", "c1", "a2", "c2", "a3", "c3"]);
  expect([...outcomes]).toEqual([
    [a, 6],
    [b, 1],
    [c, 20],
  ]);
});

it("says what failed, does not try it again, and goes on with the others", async () => {
  const watcher = watch();
  const run = async ({ title }: Measurement): Promise<number> => {
    if (title === "a") throw new Error("broken");
    return 1;
  };
  const outcomes = await runRounds([a, c], run, watcher);
  expect(watcher.seen).toEqual(["a1", "a: broken", "c1", "c2", "c3"]);
  expect([...outcomes.values()]).toEqual([null, 1]);
});
