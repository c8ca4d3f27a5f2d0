import { describe, expect, it } from "vitest";
import { isPresent, peerNames } from "../src/contenders.ts";
import { plan } from "../src/plan.ts";
import { findPython } from "../src/python.ts";
import { interpreters, runJob } from "../src/run-job.ts";
import { suites } from "../src/suites.ts";

const python = await findPython();
const by = interpreters(python);

// Too few to compare, enough to see that each program works and measures something.
// Several processes start at once for each of them, which takes long where other tests run, too.
describe.each(suites)("$name", { timeout: 60_000 }, (suite) => {
  const shrink = suite.name === "memory" || suite.name === "streams" ? 20 : 100;
  const isHere = suite.needs?.isThere ?? true;
  const cases = plan([suite], peerNames, { rounds: 1, warmUp: 0, measure: 10, shrink });

  for (const { ours, peers } of cases) {
    for (const [, { title, interpreter, job }] of ours) {
      it.skipIf(!isHere).concurrent(title, async () => expect(await runJob(job, by[interpreter])).toBeGreaterThan(1));
    }
    for (const [name, { title, interpreter, job }] of peers) {
      it.skipIf(!isHere || !isPresent(name, python)).concurrent(title, async () =>
        expect(await runJob(job, by[interpreter])).toBeGreaterThan(1),
      );
    }
  }
});
