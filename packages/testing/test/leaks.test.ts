import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { EventEmitter, once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { Worker } from "node:worker_threads";
import { type LoopContract, registry } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { getEventLoop } from "@tsyncio/loop";
import { createTask, taskGroup } from "@tsyncio/tasks";
import { runProgram } from "@tsyncio/test-support";
import { type Leak, LeakError, type LeakOptions, LeakScope, leakScope, runVirtual } from "@tsyncio/testing";
import { failOnLeaks } from "@tsyncio/testing/vitest";
import { sleep } from "@tsyncio/timeouts";
import { afterAll, afterEach, describe, expect, it, test } from "vitest";

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

/** What is told of what `body` leaves behind. */
async function leaksOf(body: () => unknown, options: LeakOptions = {}): Promise<readonly Leak[]> {
  const error = await leakScope(body, { settle: "20ms", ...options }).catch((error: unknown) => error);
  return error instanceof LeakError ? error.leaks : [];
}

const here = /packages\/testing\/test\/leaks\.test\.ts:\d+:\d+$/;

describe("leakScope", () => {
  it("gives what its body gives, when nothing is left", async () => {
    const value = await leakScope(async () => {
      await sleep("1ms");
      await taskGroup((tg) => {
        tg.createTask(() => sleep("1ms"));
        return sleep(0);
      });
      await runVirtual(() => sleep("1h"));
      await fetch("data:,hello").then((response) => response.text());
      return 42;
    });
    expect(value).toBe(42);
  });

  it("fails for a task, and says what it waits for and where it was made", async () => {
    const leaks = await leaksOf(() => {
      const task = createTask(() => sleep("1h"), { name: "forgotten" });
      cleanUps.push(() => task.cancel());
    });
    expect(leaks).toEqual([
      {
        kind: "task",
        what: expect.stringMatching(/^forgotten \(.*\) waits for /),
        source: expect.stringMatching(here),
      },
    ]);
  });

  it("fails for a timer of a loop", async () => {
    const leaks = await leaksOf(() => {
      const handle = getEventLoop().callLater("1h", function later() {});
      cleanUps.push(() => handle.cancel());
    });
    expect(leaks).toEqual([{ kind: "timer", what: "<TimerHandle later()>", source: expect.stringMatching(here) }]);
  });

  it("fails for an error that nobody read, which is then told to nobody else", async () => {
    const leaks = await leaksOf(() => {
      createTask(async () => {
        throw new RangeError("lost");
      });
    });
    expect(leaks).toEqual([
      {
        kind: "unread error",
        what: "(Task exception was never retrieved) RangeError: lost",
        source: expect.stringMatching(here),
      },
    ]);
  });

  it("fails for a future's error, and not for one that is read in time", async () => {
    const leaks = await leaksOf(() => {
      const [lost, read] = [new Future<void>(), new Future<void>()];
      lost.setException(new Error("lost"));
      read.setException(new Error("read"));
      setTimeout(() => read.exception(), 5);
    });
    expect(leaks.map(({ what }) => what)).toEqual(["(Future exception was never retrieved) Error: lost"]);
  });

  it("fails for servers and sockets, with their addresses", async () => {
    const leaks = await leaksOf(
      async () => {
        const server = createServer((socket) => cleanUps.push(() => socket.destroy()));
        cleanUps.push(() => server.close());
        await once(server.listen(0, "127.0.0.1"), "listening");
        const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
        cleanUps.push(() => client.destroy());
        await once(client, "connect");
        await once(createSocket("udp4", () => {}).bind(0, "127.0.0.1"), "listening").then(() => {});
      },
      { ignore: ({ kind }) => kind === "UDP socket" },
    );
    expect(leaks).toContainEqual({
      kind: "server",
      what: expect.stringMatching(/^on 127\.0\.0\.1:\d+$/),
      source: expect.stringMatching(here),
    });
    expect(leaks).toContainEqual({
      kind: "socket",
      what: expect.stringMatching(/^to 127\.0\.0\.1:\d+$/),
      source: expect.stringMatching(here),
    });
  });

  it("fails for child processes, workers and timers of the host", async () => {
    let child: ChildProcess | undefined;
    const leaks = await leaksOf(async () => {
      child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
      cleanUps.push(() => child?.kill());
      const worker = new Worker("setInterval(() => {}, 1000)", { eval: true });
      cleanUps.push(() => worker.terminate());
      await once(worker, "online");
      const timer = setInterval(() => {}, 1000);
      cleanUps.push(() => clearInterval(timer));
    });
    const source = expect.stringMatching(here);
    expect(leaks).toEqual([
      { kind: "child process", what: `${process.execPath} (pid ${child?.pid})`, source },
      expect.objectContaining({ kind: "worker", source }),
      { kind: "host timer", what: "every 1000 ms", source },
    ]);
  });

  it("does not mind what does not hold the process, or ends in time", async () => {
    const leaks = await leaksOf(() => {
      setInterval(() => {}, 1000).unref();
      setTimeout(() => {}, 5);
      createTask(() => sleep("5ms"));
    });
    expect(leaks).toEqual([]);
  });

  it("fails for listeners of the process, of signals too, and of what it is told to watch", async () => {
    const emitter = new EventEmitter();
    const { signal } = new AbortController();
    emitter.on("data", () => {});
    const leaks = await leaksOf(
      () => {
        const listener = () => {};
        process.on("SIGUSR2", listener);
        cleanUps.push(() => process.off("SIGUSR2", listener));
        getEventLoop().addSignalHandler("SIGHUP", () => {});
        cleanUps.push(() => getEventLoop().removeSignalHandler("SIGHUP"));
        emitter.once("data", () => {});
        signal.addEventListener("abort", () => {});
        process.once("warning", listener);
        process.off("warning", listener);
      },
      { watch: [emitter, signal], ignore: ({ kind }) => kind === "host timer" },
    );
    const source = expect.stringMatching(here);
    expect(leaks).toEqual([
      { kind: "listener", what: "of process for SIGUSR2", source },
      { kind: "listener", what: "of process for SIGHUP", source },
      { kind: "listener", what: "of an object of EventEmitter for data", source },
      { kind: "listener", what: "of a signal that is watched, for abort (1 more than before)", source: null },
    ]);
  });

  it("fails for what other packages keep open", async () => {
    const before = { kind: "transport", describe: () => "<before>", source: null };
    const transport = { kind: "transport", describe: () => "<TCPTransport open>", source: "program.ts:1:2" };
    registry.resources.add(before);
    const leaks = await leaksOf(() => registry.resources.add(transport));
    registry.resources.delete(before);
    registry.resources.delete(transport);
    expect(leaks).toEqual([{ kind: "transport", what: "<TCPTransport open>", source: "program.ts:1:2" }]);
  });

  it("does not count stdout and stderr, which the host opens when they are used first", async () => {
    const { code, stdout, stderr } = await runProgram(
      import.meta.dirname,
      `import { leakScope } from "@tsyncio/testing";
      await leakScope(() => {
        console.log("out");
        console.error("err");
      }, { settle: "20ms" });`,
    );
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "out\n", stderr: "err\n" });
  });

  it("does not count what was there before", async () => {
    const task = createTask(() => sleep("1h"));
    const server = createServer().listen(0);
    cleanUps.push(
      () => task.cancel(),
      () => server.close(),
    );
    await once(server, "listening");
    expect(await leaksOf(() => sleep("1ms"))).toEqual([]);
  });

  it("tells the error of its body, and not what that left behind", async () => {
    const failing = () => {
      const task = createTask(() => sleep("1h"));
      cleanUps.push(() => task.cancel());
      throw new RangeError("first");
    };
    await expect(leakScope(failing)).rejects.toThrow("first");
  });

  it("puts everything back", async () => {
    const loop = getEventLoop() as LoopContract;
    const { taskFactory } = registry;
    const { addTimer, watchFailure } = loop;
    const listeners = process.listenerCount("newListener");
    const outer = new LeakScope();
    const inner = new LeakScope();
    expect(registry.taskFactory).not.toBe(taskFactory);
    await inner.end();
    await outer.end();
    expect(registry.taskFactory).toBe(taskFactory);
    expect([loop.addTimer, loop.watchFailure]).toEqual([addTimer, watchFailure]);
    expect(Object.hasOwn(loop, "addTimer")).toBe(false);
    expect(process.listenerCount("newListener")).toBe(listeners);
  });

  it("writes a report that names each thing and its place", () => {
    const error = new LeakError([
      {
        kind: "task",
        what: "Task-3 (poll) waits for <sleep pending>",
        source: `file://${process.cwd()}/a.test.ts:3:5`,
      },
      { kind: "worker", what: "", source: null },
    ]);
    expect(error.message).toBe(
      "2 things outlived the test:\n  task Task-3 (poll) waits for <sleep pending>\n    made at a.test.ts:3:5\n  worker",
    );
  });

  it("refuses what is wrong", async () => {
    await expect(leakScope(7 as never)).rejects.toThrow("leakScope() takes a function, got 7");
    expect(() => new LeakScope({ settle: "soon" as never })).toThrow("Invalid settle");
    expect(() => new LeakScope({ watch: [7 as never] })).toThrow("watch takes event emitters and abort signals, got 7");
  });
});

describe("failOnLeaks, for vitest", () => {
  const tasks: ReturnType<typeof createTask>[] = [];
  afterAll(() => {
    for (const task of tasks) task.cancel();
  });
  failOnLeaks({ settle: "20ms" });

  test("passes what leaves nothing behind", async () => {
    await sleep("1ms");
  });

  test.fails("fails what leaves a task behind", () => {
    tasks.push(createTask(() => sleep("1h")));
  });

  test("passes the next one all the same", async () => {
    await sleep("1ms");
  });
});
