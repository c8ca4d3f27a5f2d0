import { expect, it } from "vitest";
import { plan } from "../src/plan.ts";
import { rowsOf } from "../src/rows.ts";
import type { Suite } from "../src/suite.ts";

const suite: Suite = {
  name: "spawn",
  about: "",
  cases: [
    {
      name: "100 tasks",
      unit: "ns per task",
      meter: "busy",
      program: "join",
      n: 100,
      fewer: { effect: 10 },
      ours: [
        { label: "generator", syntax: "generator" },
        { label: "bare", syntax: "generator", program: "bare" },
      ],
      peers: ["native", "effect", "uvloop"],
    },
  ],
};
const effort = { rounds: 3, warmUp: 200, measure: 300 };

it("plans a job for each way of ours and each peer that is here", () => {
  const [planned] = plan([suite], ["native", "effect"], effort);
  const jobs = [...(planned?.ours.values() ?? []), ...(planned?.peers.values() ?? [])].map(({ job }) => job);
  expect(jobs.map(({ driver, program, n }) => ({ driver, program, n }))).toEqual([
    { driver: "tsyncio-generator", program: "join", n: 100 },
    { driver: "tsyncio-generator", program: "bare", n: 100 },
    { driver: "native", program: "join", n: 100 },
    { driver: "effect", program: "join", n: 10 },
  ]);
});

it("runs what takes long once and cold", () => {
  const once = { ...suite, cases: suite.cases.map((one) => ({ ...one, once: true })) };
  const [planned] = plan([once], ["native"], effort);
  expect(planned?.peers.get("native")).toMatchObject({ rounds: 1, job: { warmUp: 0, measure: 0 } });
});

it("makes a row of each way of ours, without the peers that failed", () => {
  const cases = plan([suite], ["native", "effect"], effort);
  const outcomes = new Map(
    cases.flatMap(({ ours, peers }) => [
      ...[...ours.values()].map((measurement, i) => [measurement, i === 0 ? 123.456 : null] as const),
      ...[...peers].map(([name, measurement]) => [measurement, name === "native" ? 61.234 : null] as const),
    ]),
  );
  expect(rowsOf(cases, outcomes)).toEqual([
    {
      suite: "spawn",
      case: "100 tasks (generator)",
      unit: "ns per task",
      tsyncio: 123.5,
      peers: { native: 61.2 },
    },
    { suite: "spawn", case: "100 tasks (bare)", unit: "ns per task", tsyncio: null, peers: { native: 61.2 } },
  ]);
});
