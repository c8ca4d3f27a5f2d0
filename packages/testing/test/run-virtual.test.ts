import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { CancelledError, DeadlockError, getRunningLoop, TimeoutError } from "@tsyncio/contract";
import { Future, fromPromise } from "@tsyncio/futures";
import { getEventLoop } from "@tsyncio/loop";
import { coroutine, createTask, currentTask } from "@tsyncio/tasks";
import { on } from "@tsyncio/test-support";
import { runVirtual } from "@tsyncio/testing";
import { sleep, timeout, waitFor } from "@tsyncio/timeouts";
import { describe, expect, it } from "vitest";
import { both } from "./support.ts";

describe("runVirtual", () => {
  for (const kind of both.kinds) {
    it(`runs hours of sleeps, timeouts and retries in milliseconds, at exact times (${kind.name})`, async () => {
      const attempts: number[] = [];
      const attempt = kind.define(function* attempt() {
        attempts.push(getRunningLoop().time());
        yield* on(sleep("1h"));
      });
      const main = kind.define(function* main() {
        for (let pause = 1; pause <= 4; pause *= 2) {
          try {
            yield* on(timeout("30m", attempt));
          } catch (error) {
            expect(error).toBeInstanceOf(TimeoutError);
          }
          yield* on(sleep(pause));
        }
        return getRunningLoop().time();
      });
      const start = performance.now();
      expect(await runVirtual(main)).toBe(3 * 1800 + 7);
      expect(attempts).toEqual([0, 1801, 3603]);
      expect(performance.now() - start).toBeLessThan(1000);
    });
  }

  it("takes a coroutine object, too", async () => {
    const answer = coroutine(function* () {
      yield* sleep("1h");
      return 42;
    });
    expect(await runVirtual(answer())).toBe(42);
  });

  it("waits for real I/O before the clock jumps", async () => {
    const server = createServer((_, response) => setTimeout(() => response.end("hello"), 20));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    try {
      await runVirtual(async () => {
        const download = async () => (await fetch(`http://127.0.0.1:${port}`)).text();
        expect(await waitFor(download, "1s")).toBe("hello");
        expect(getRunningLoop().time()).toBe(0);
        const wrapped = fromPromise(new Promise((resolve) => setTimeout(resolve, 20)));
        await waitFor(wrapped, "1s");
        expect(getRunningLoop().time()).toBe(0);
      });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it("refuses foreign promises when told to, and names who waits", async () => {
    const stuck = async () => {
      await new Promise(() => {});
    };
    await expect(runVirtual(stuck, { foreign: "error" })).rejects.toThrow(
      /a virtual clock can't wait for foreign promises; who waits: stuck in Task-\d+/,
    );
  });

  it("tells a deadlock, with each task and what it waits for", async () => {
    const waiter = async () => {
      await new Future();
    };
    const main = async () => {
      createTask(waiter, { name: "helper" });
      await new Future();
    };
    const error = await runVirtual(main).catch((error) => error);
    expect(error).toBeInstanceOf(DeadlockError);
    expect(error.message).toMatch(
      /\(main\) waits for <Future pending>\n {2}helper \(waiter\) waits for <Future pending>/,
    );
  });

  it("fails after a limit of real time, with a report, when the body goes round for ever", async () => {
    const spin = async () => {
      for (;;) await sleep("1h");
    };
    const error = await runVirtual(spin, { realTimeLimit: "50ms" }).catch((error) => error);
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error.message).toMatch(
      /^still running after 0\.05 s of real time, at \d+ s of the virtual clock:\n {2}Task-\d+ \(spin\) waits for <sleep pending>$/,
    );
  });

  it("ends at its limit even when the clean-up goes round for ever, too", async () => {
    const stubborn = async () => {
      for (;;) await sleep("1h").catch(() => {});
    };
    await expect(runVirtual(stubborn, { realTimeLimit: "20ms" })).rejects.toThrow(TimeoutError);
  });

  it("ends at its limit when what outlives the body does not end by its cancellation", async () => {
    const stubborn = async () => {
      for (;;) await sleep("1h").catch(() => {});
    };
    const body = async () => {
      createTask(stubborn);
      await sleep(1);
    };
    await expect(runVirtual(body, { realTimeLimit: "20ms" })).rejects.toThrow(
      /still running .*\(stubborn\) waits for/s,
    );
  });

  it("cancels the body when its signal is aborted, and lets it clean up", async () => {
    const controller = new AbortController();
    let cleanedUp = false;
    const body = async () => {
      try {
        controller.abort();
        await sleep("1h");
      } finally {
        await sleep("1h");
        cleanedUp = true;
      }
    };
    await expect(runVirtual(body, { signal: controller.signal })).rejects.toThrow(CancelledError);
    expect(cleanedUp).toBe(true);
  });

  it("cancels what outlives the body and waits for it, as run() does", async () => {
    const ended: string[] = [];
    await runVirtual(async () => {
      createTask(async () => {
        try {
          await sleep("1h");
        } finally {
          await sleep("1s");
          ended.push("helper");
        }
      });
      await sleep(0);
    });
    expect(ended).toEqual(["helper"]);
  });

  it("fails for an error that nobody read, unless the body fails itself or a handler takes it", async () => {
    const body = async () => {
      createTask(async () => {
        throw new RangeError("lost");
      });
      await sleep(1);
    };
    const error = await runVirtual(body).catch((error) => error);
    expect(error.message).toBe("Task exception was never retrieved: RangeError: lost");
    expect(error.cause).toBeInstanceOf(RangeError);
    const taken: unknown[] = [];
    await runVirtual(body, { exceptionHandler: (_, { exception }) => taken.push(exception) });
    expect(taken).toEqual([expect.any(RangeError)]);
    const failing = async () => {
      await body();
      throw new TypeError("first");
    };
    await expect(runVirtual(failing)).rejects.toThrow("first");
  });

  it("is what getEventLoop() answers in host callbacks of the body", async () => {
    await runVirtual(async () => {
      const loop = getRunningLoop();
      const inCallback = await fromPromise(new Promise((resolve) => setTimeout(() => resolve(getEventLoop()), 1)));
      expect(inCallback === loop).toBe(true);
    });
  });

  it("can't be nested", async () => {
    await runVirtual(async () => {
      await expect(runVirtual(async () => {})).rejects.toThrow(
        "runVirtual() cannot be called from a running event loop",
      );
    });
    expect(currentTask()).toBe(null);
  });

  it("refuses options that are wrong", async () => {
    await expect(runVirtual(async () => {}, { realTimeLimit: Number.NaN })).rejects.toThrow(
      "Invalid realTimeLimit: NaN",
    );
    await expect(runVirtual(async () => {}, { foreign: "never" as never })).rejects.toThrow('foreign must be "wait"');
  });
});
