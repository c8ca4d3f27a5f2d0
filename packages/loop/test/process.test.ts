// Programs of their own: what holds a process, and what is told at its end.
import { setTimeout as hostTimer } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { runProgram } from "./support.ts";

const importLoop = 'import { getEventLoop, newEventLoop, setEventLoop } from "@tsyncio/loop";\n';
/** A future of the packages above, as small as it can be. */
const pending =
  "{ '@@tsyncio': 1, done: () => false, addWaiter() {}, removeWaiter: () => true, toString: () => 'a future' }";
const run = (source: string, ...more: unknown[]) => runProgram(importLoop + source, ...(more as []));

describe.concurrent("a process", () => {
  test("ends when the default loop has nothing to do", async () => {
    const { code, stdout } = await run(`
      getEventLoop().callSoon(() => console.log("soon"));
      getEventLoop().addSignalHandler("SIGUSR2", () => {});
      getEventLoop().removeSignalHandler("SIGUSR2");
    `);
    expect([code, stdout]).toEqual([0, "soon\n"]);
  });

  test("waits for pending timers", async () => {
    const { code, stdout } = await run(`getEventLoop().callLater("30ms", () => console.log("later"));`);
    expect([code, stdout]).toEqual([0, "later\n"]);
  });

  test("does not wait for a timer that plain code cancelled", async () => {
    const { code } = await run(`
      const loop = getEventLoop();
      for (let i = 0; i < 3; i++) loop.callLater("1h", () => {}).cancel();
    `);
    expect(code).toBe(0);
  });

  test("does not wait for a timer at infinity", async () => {
    const { code } = await run("getEventLoop().callLater(Infinity, () => {});");
    expect(code).toBe(0);
  });

  test("does not wait for the timers of a closed loop, or of one that does not run", async () => {
    const { code } = await run(`
      const loop = newEventLoop();
      loop.callLater("1h", () => {});
      loop.callSoon(() => loop.stop());
      await loop.runForever();
      const closed = getEventLoop();
      closed.callLater("1h", () => {});
      closed.close();
    `);
    expect(code).toBe(0);
  });

  test("is held by runForever", async () => {
    const { code, stdout } = await run(
      `
        const loop = newEventLoop();
        process.on("SIGTERM", () => loop.stop());
        console.log("running");
        await loop.runForever();
        console.log("stopped");
      `,
      async (child: import("node:child_process").ChildProcess) => {
        await hostTimer(30);
        child.kill("SIGTERM");
      },
    );
    expect([code, stdout]).toEqual([0, "running\nstopped\n"]);
  });

  test("is held by a signal handler, whose callback runs in the loop", async () => {
    const { code, stdout } = await run(
      `
        import { AsyncLocalStorage } from "node:async_hooks";
        const storage = new AsyncLocalStorage();
        const loop = newEventLoop();
        storage.run("of the registration", () => loop.addSignalHandler("SIGTERM", () => {
          console.log(loop.isRunning(), storage.getStore());
          loop.stop();
        }));
        console.log("waiting");
        await loop.runForever();
        loop.close();
        console.log("done");
      `,
      (child: import("node:child_process").ChildProcess) => child.kill("SIGTERM"),
    );
    expect([code, stdout]).toEqual([0, "waiting\ntrue of the registration\ndone\n"]);
  });

  test("that waits for what can't come is told of the deadlock", async () => {
    const { code, stdout } = await run(`
      const loop = newEventLoop();
      loop.callLater("5ms", () => console.log("last timer"));
      loop.runUntilComplete(${pending}).catch((error) => {
        console.log(\`\${error.name}: \${error.message}\`);
        console.log(loop.isRunning());
      });
    `);
    const message = "DeadlockError: nothing can wake the program any more; there are no tasks";
    expect([code, stdout]).toEqual([0, `last timer\n${message}\nfalse\n`]);
  });

  test("that waits for a signal is in no deadlock", async () => {
    const { code, stdout } = await run(
      `
        const loop = newEventLoop();
        loop.addSignalHandler("SIGTERM", () => loop.stop());
        console.log("waiting");
        await loop.runUntilComplete(${pending}).catch((error) => console.log(error.message));
        loop.close();
      `,
      async (child: import("node:child_process").ChildProcess) => {
        await hostTimer(50);
        child.kill("SIGTERM");
      },
    );
    expect([code, stdout]).toEqual([0, "waiting\nEvent loop stopped before Future completed.\n"]);
  });

  test("that has loops in several deadlocks is told of all, with one listener of the host", async () => {
    const { code, stdout } = await run(`
      const wait = (loop) => loop.runUntilComplete(${pending}).catch((error) => console.log(error.name));
      wait(newEventLoop());
      wait(newEventLoop());
      const again = newEventLoop();
      wait(again).then(() => wait(again));
      setTimeout(() => console.log(process.listenerCount("beforeExit")), 5);
    `);
    expect([code, stdout]).toEqual([0, "1\nDeadlockError\nDeadlockError\nDeadlockError\nDeadlockError\n"]);
  });

  test("ends with an unhandled rejection when a callback of the default loop throws", async () => {
    const { code, stdout, stderr } = await run(`
      const loop = getEventLoop();
      loop.callSoon(function divide() { throw new RangeError("by zero"); });
      process.on("exit", () => console.log("exit"));
    `);
    expect([code, stdout]).toEqual([1, "exit\n"]);
    expect(stderr).toContain("RangeError: by zero\n    at divide");
  });

  test("goes on when somebody takes unhandled rejections", async () => {
    const { code, stdout } = await run(`
      process.on("unhandledRejection", (error) => console.log("taken:", error.message));
      const loop = getEventLoop();
      loop.callSoon(() => { throw new RangeError("by zero"); });
      loop.callLater("5ms", () => console.log("later"));
    `);
    expect(code).toBe(0);
    expect(stdout.split("\n").sort()).toEqual(["", "later", "taken: by zero"]);
  });

  test("writes the errors of other loops, and goes on", async () => {
    const { code, stdout, stderr } = await run(`
      const loop = newEventLoop();
      loop.callSoon(function divide() { throw new RangeError("by zero"); });
      loop.callLater("5ms", () => { console.log("later"); loop.stop(); });
      await loop.runForever();
    `);
    expect([code, stdout]).toEqual([0, "later\n"]);
    expect(stderr).toMatch(
      /^Exception in callback <Handle divide\(\)>\nhandle: <Handle divide\(\)>\nRangeError: by zero\n/,
    );
  });

  test("reports at its end the errors that nobody has read, with the exit code of an unhandled rejection", async () => {
    const { code, stdout, stderr } = await run(`
      const loop = getEventLoop();
      const failure = (name) => ({ isRead: () => false, report: () => loop.callExceptionHandler({ message: name, exception: new Error(name) }) });
      loop.watchFailure(failure("nobody read me"));
      const start = performance.now();
      process.on("exit", () => console.log("early:", performance.now() - start < 900));
    `);
    expect([code, stdout]).toEqual([1, "early: true\n"]);
    expect(stderr).toContain("Error: nobody read me");
  });

  test("that ends by SystemExit in a run gets the error where it waits", async () => {
    const { code, stdout } = await runProgram(`
      import { SystemExit } from "@tsyncio/contract";
      import { newEventLoop } from "@tsyncio/loop";
      const loop = newEventLoop();
      loop.callSoon(() => { throw new SystemExit(3); });
      try { await loop.runForever(); } catch (error) { console.log(error.name); process.exitCode = error.code; }
    `);
    expect([code, stdout]).toEqual([3, "SystemExit\n"]);
  });

  test("is ended at once by its host's exit()", async () => {
    const { code, stdout } = await run(`
      newEventLoop().host.exit(3);
      console.log("still there");
    `);
    expect([code, stdout]).toEqual([3, ""]);
  });

  test("can have the debug mode on from outside", async () => {
    const source = `${importLoop} console.log(newEventLoop().getDebug(), newEventLoop({ debug: false }).getDebug());`;
    const on = await runProgram(`process.env.TSYNCIO_DEBUG = "1"; ${source}`);
    const off = await runProgram(`process.env.TSYNCIO_DEBUG = "0"; ${source}`);
    expect([on.stdout, off.stdout]).toEqual(["true false\n", "false false\n"]);
  });

  test("has one default loop, and one running loop, with two copies of the package", async () => {
    const { code, stdout } = await runProgram(`
      import * as one from "@tsyncio/loop";
      const two = await import(new URL("default-loop.js?another", import.meta.resolve("@tsyncio/loop")));
      console.log(one.newEventLoop !== two.newEventLoop, one.getEventLoop() === two.getEventLoop());
      const loop = two.newEventLoop();
      loop.callSoon(() => {
        console.log(one.getRunningLoop() === loop);
        loop.stop();
      });
      await loop.runForever();
    `);
    expect([code, stdout]).toEqual([0, "true true\ntrue\n"]);
  });
});
