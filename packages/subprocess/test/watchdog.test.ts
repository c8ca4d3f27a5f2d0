import { type Program, startProgram } from "@tsyncio/test-support";
import { describe, expect, it } from "vitest";
import { isAlive, tree } from "./support.ts";

/** A program that holds a tree of processes, three deep, in a scope, prints their numbers, and does `then`. */
function holder(then: string, ignoring = false): Program {
  return startProgram(
    import.meta.dirname,
    `
    import { PIPE, subprocess } from "@tsyncio/subprocess";
    import { sleep } from "@tsyncio/timeouts";

    await subprocess(${tree(ignoring)
      .map((part) => JSON.stringify(part))
      .join(", ")}, async ({ stdout }) => {
      console.log("pids", String(await stdout.readline()).trim());
      ${then}
      await sleep("1h");
    }, { stdout: PIPE, stderr: -3, grace: "300ms" });
    `,
  );
}

/** Fails unless the tree of the program, which has ended, ends soon. */
async function expectGone(program: Program): Promise<void> {
  const { stdout } = await program.ended;
  const pids = /pids (.*)\n/.exec(stdout)?.[1]?.split(" ").map(Number) ?? [];
  expect(pids).toHaveLength(3);
  await expect.poll(() => pids.filter(isAlive), { timeout: 3000 }).toEqual([]);
}

describe("nothing that a scope started outlives its program", () => {
  for (const [how, then] of [
    ["that exits", "process.exit(0);"],
    ["that crashes", "setTimeout(() => { throw new Error('crash'); });"],
    ["that gets a signal", "process.kill(process.pid, 'SIGTERM');"],
    ["that kills itself the hard way", "process.kill(process.pid, 'SIGKILL');"],
  ] as const) {
    it(how, () => expectGone(holder(then)));
  }

  for (const ignoring of [false, true]) {
    it(`that is killed by kill -9 from outside${ignoring ? ", also when its processes ignore SIGTERM" : ""}`, async () => {
      const program = holder("console.log('holds');", ignoring);
      await program.printed("holds");
      program.process.kill("SIGKILL");
      await expectGone(program);
    });
  }

  it("that was killed right after the scope had begun", async () => {
    const source = `
      import { subprocess } from "@tsyncio/subprocess";
      await subprocess("sleep", ["61.5"], async ({ pid }) => {
        (await import("node:fs")).writeSync(1, "pids " + [pid, pid, pid].join(" ") + "\\n");
        process.kill(process.pid, "SIGKILL");
      }, { stderr: -3 });
    `;
    await expectGone(startProgram(import.meta.dirname, source));
  });
});

describe("the watchdog", () => {
  it("has had its notes read in time, after more scopes than their pipe has room for", async () => {
    const source = `
      import { runProcess, subprocess } from "@tsyncio/subprocess";
      for (let i = 0; i < 150; i++) await runProcess("/bin/true");
      await subprocess("sleep", ["62.5"], async ({ pid }) => {
        for (let i = 0; i < 150; i++) await runProcess("/bin/true");
        console.log("pids", pid, pid, pid);
        process.kill(process.pid, "SIGKILL");
      }, { stderr: -3 });
    `;
    await expectGone(startProgram(import.meta.dirname, source));
  });

  it("holds no program, and ends with it", async () => {
    const source = `
      import { readFileSync } from "node:fs";
      import { runProcess } from "@tsyncio/subprocess";
      await runProcess("true");
      await runProcess("true");
      const children = readFileSync("/proc/self/task/" + process.pid + "/children", "utf8").trim().split(" ");
      console.log("children", ...children);
    `;
    const program = startProgram(import.meta.dirname, source);
    const { code, stdout, stderr } = await program.ended;
    expect([code, stderr]).toEqual([0, ""]);
    const children = /children (.*)\n/.exec(stdout)?.[1]?.split(" ").map(Number) ?? [];
    expect(children).toHaveLength(1);
    await expect.poll(() => children.filter(isAlive)).toEqual([]);
  });

  it("is replaced when it was killed, and the next one guards what the first did", async () => {
    const source = `
      import { readFileSync } from "node:fs";
      import { runProcess, subprocess } from "@tsyncio/subprocess";
      import { sleep } from "@tsyncio/timeouts";
      const children = () => readFileSync("/proc/self/task/" + process.pid + "/children", "utf8").trim().split(" ").map(Number);
      await subprocess("sleep", ["60"], async ({ pid }) => {
        for (const child of children()) if (child !== pid) process.kill(child, "SIGKILL");
        await sleep("50ms");
        await runProcess("true");
        console.log("pids", pid, pid, pid);
        process.kill(process.pid, "SIGKILL");
      }, { stderr: -3 });
    `;
    await expectGone(startProgram(import.meta.dirname, source));
  });
});
