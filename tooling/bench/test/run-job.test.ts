import { join } from "node:path";
import { expect, it } from "vitest";
import type { Job } from "../src/job.ts";
import { node, runJob } from "../src/run-job.ts";

const job: Job = {
  file: join(import.meta.dirname, "..", "suites", "spawn", "native.ts"),
  program: "join",
  driver: "native",
  meter: "busy",
  n: 10,
  warmUp: 0,
  measure: 0,
};

it("says in one line why a child failed", async () => {
  const nothing = runJob({ ...job, program: "nothing" }, node);
  await expect(nothing).rejects.toThrow(/^Error: .*suites\/spawn\/native\.ts exports no nothing$/);
});

it("says how a child ended that wrote nothing", async () => {
  const run = (script: string) => runJob(job, { file: process.execPath, args: () => ["-e", script] });
  await expect(run("process.exit(3)")).rejects.toThrow(/^ended with exit code 3$/);
  await expect(run("process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 1000)")).rejects.toThrow(
    /^ended by SIGTERM$/,
  );
});

it("says that an interpreter is missing", async () => {
  await expect(runJob(job, { file: "no-such-interpreter", args: () => [] })).rejects.toThrow("ENOENT");
});
