// The adapter for node:test, in a process of its own that is run by node --test.
import { runProgram } from "@tsyncio/test-support";
import { describe, expect, test } from "vitest";

const here = import.meta.dirname;
const head = `
  import test from "node:test";
  import assert from "node:assert/strict";
  import { getRunningLoop } from "@tsyncio/contract";
  import { Future } from "@tsyncio/futures";
  import { sleep } from "@tsyncio/timeouts";
  import { createTask } from "@tsyncio/tasks";
  import { failOnLeaks, virtual } from "@tsyncio/testing/node-test";
`;

describe("virtual, for node:test", () => {
  test("runs tests of both kinds on a virtual clock", async () => {
    const { code, stdout } = await runProgram(
      here,
      `${head}
      test("async", virtual(async (t) => {
        await sleep("1h");
        assert.equal(getRunningLoop().time(), 3600);
        assert.equal(t.name, "async");
      }));
      test("generator", virtual(function* () {
        yield* sleep("1h");
        assert.equal(getRunningLoop().time(), 3600);
      }));`,
      { args: ["--test-reporter=tap"] },
    );
    expect(stdout).toContain("# pass 2");
    expect(code).toBe(0);
  });

  test("reports deadlocks and hangs, with who waits for what", async () => {
    const { code, stdout } = await runProgram(
      here,
      `${head}
      test("stuck", virtual(async () => {
        await new Future();
      }));
      test("spins", virtual(async () => {
        for (;;) await sleep("1s");
      }, { realTimeLimit: "50ms" }));`,
      { args: ["--test-reporter=tap"] },
    );
    expect(stdout).toMatch(/nothing can wake the program any more.*\(test\) waits for <Future pending>/s);
    expect(stdout).toMatch(/still running after 0\.05 s.*\(test\) waits for <sleep pending>/s);
    expect(code).toBe(1);
  });
});

describe("failOnLeaks, for node:test", () => {
  test("fails the test that leaves something behind, and says where it was made", async () => {
    const { code, stdout } = await runProgram(
      here,
      `${head}
      failOnLeaks({ settle: "20ms" });
      let task;
      test("clean", async () => {
        await sleep("1ms");
      });
      test("leaking", () => {
        task = createTask(() => sleep("1h"), { name: "forgotten" });
      });
      test("clean again", () => {});
      test.after(() => task.cancel());`,
      { args: ["--test-reporter=tap"] },
    );
    expect(stdout).toMatch(/not ok 2 - leaking.*one thing outlived the test:.*task forgotten \(.*made at /s);
    expect(stdout).toMatch(/# pass 2\n# fail 1/);
    expect(code).toBe(1);
  });
});
