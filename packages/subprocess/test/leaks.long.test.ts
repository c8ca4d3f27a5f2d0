import { readdirSync, readFileSync } from "node:fs";
import { registry } from "@tsyncio/contract";
import { createSubprocessExec, PIPE, runProcess, subprocess } from "@tsyncio/subprocess";
import { createTask, gather } from "@tsyncio/tasks";
import { realWorld } from "@tsyncio/test-support";
import { sleep, timeout } from "@tsyncio/timeouts";
import { expect, it } from "vitest";

/** The open descriptors of this program. */
const descriptors = () => readdirSync("/proc/self/fd").length;

/** The children of this program, those that have ended and that nobody asked how included. */
function children(): string[] {
  return readFileSync(`/proc/self/task/${process.pid}/children`, "utf8").trim().split(" ");
}

/** A thousand runs, sixteen at a time, of `run(n)`. */
async function thousand(run: (n: number) => PromiseLike<unknown>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < 1000) await run(next++);
  };
  await gather(Array.from({ length: 16 }, () => worker));
}

/** Cancels every other run at a time of its own. */
async function halfCancelled(n: number, run: () => PromiseLike<unknown>): Promise<void> {
  if (n % 2 === 0) {
    await run();
    return;
  }
  const task = createTask(run);
  await sleep((n % 20) / 1000);
  task.cancel();
  await task.catch(() => {});
}

it.each([
  [
    "runs of a program",
    (n: number) => halfCancelled(n, () => runProcess("sh", ["-c", "echo $0; sleep 0.01", String(n)])),
  ],
  [
    "scopes whose processes start others",
    (n: number) =>
      halfCancelled(n, () =>
        subprocess("sh", ["-c", "sleep 60 & sleep 60 & echo"], (process) => process.stdout.readline(), {
          stdout: PIPE,
        }),
      ),
  ],
  [
    "processes whose communicate is cancelled, and that are killed and waited for",
    async (n: number) => {
      const process = await createSubprocessExec("cat", [], { stdin: PIPE, stdout: PIPE, stderr: PIPE });
      if (n % 2 === 0) await timeout(`${n % 7}ms`, () => process.communicate()).catch(() => {});
      if (process.returncode === null) process.kill();
      await process.communicate();
    },
  ],
] as const)("no descriptor, process or entry is left after a thousand %s", async (_, run) => {
  const { loop, leave } = realWorld();
  // The watchdog and what the host opens once are there before.
  await loop.runUntilComplete(() => runProcess("true"));
  const before = { descriptors: descriptors(), children: children() };
  await loop.runUntilComplete(() => thousand(run));
  leave();
  const open = () => [...registry.resources].map((resource) => resource.describe());
  await expect
    .poll(() => ({ descriptors: descriptors(), children: children(), open: open() }), { timeout: 10_000 })
    .toEqual({ ...before, open: [] });
});
