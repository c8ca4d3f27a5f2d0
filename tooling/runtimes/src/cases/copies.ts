// Two copies of every package in one process, of different versions: they share one running loop.
import { deepEqual, equal, notEqual, rejects } from "node:assert/strict";
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { newVirtualLoop } from "@tsyncio/loop/virtual";
import * as own from "tsyncio";
import { both, type Kinds } from "../both.js";
import type { Case } from "../case.js";
import { runVirtually, runWell } from "../running.js";

type Copy = typeof own;

const require = createRequire(import.meta.url);

/** Lays a second copy of the packages into `folder`, as an installation would that found no version to share. */
async function install(folder: string): Promise<void> {
  const packages = fileURLToPath(new URL("../../../../packages/", import.meta.url));
  const pending = new Map([["tsyncio", join(packages, "tsyncio")]]);
  for (const [name, source] of pending) {
    const target = join(folder, "node_modules", name);
    await mkdir(dirname(target), { recursive: true });
    if (!name.includes("tsyncio")) {
      await symlink(await realpath(source), target);
      continue;
    }
    const manifest = JSON.parse(await readFile(join(source, "package.json"), "utf8"));
    await cp(join(source, "dist"), join(target, "dist"), { recursive: true });
    await writeFile(join(target, "package.json"), JSON.stringify({ ...manifest, version: "1.99.0" }));
    for (const each of Object.keys(manifest.dependencies ?? {})) {
      pending.set(each, join(source, "node_modules", each));
    }
  }
}

let second: Promise<Copy> | undefined;

/** The second copy, loaded once. */
function otherCopy(): Promise<Copy> {
  second ??= (async () => {
    const folder = await mkdtemp(join(tmpdir(), "tsyncio-copy-"));
    try {
      await install(folder);
      const loaded = createRequire(join(folder, "index.js"))("tsyncio") as Copy;
      notEqual(loaded.Future, own.Future);
      return loaded;
    } finally {
      await rm(folder, { recursive: true });
    }
  })();
  return second;
}

/** Waits for one thing of each sort, all made by `copy`. */
const users: Kinds<[copy: Copy, log: unknown[]], void> = {
  *generator(copy, log) {
    const future = new copy.Future<string>();
    copy.getRunningLoop().callSoon(() => future.setResult("future"));
    log.push(yield* future);
    log.push(yield* copy.sleep("1s", "sleep"));
    log.push(
      yield* copy.coroutine(function* () {
        yield* copy.sleep(0);
        return "coroutine";
      })(),
    );
    log.push(yield* copy.createTask(() => copy.sleep(0, "task")));
    log.push(yield* copy.gather([copy.sleep("1s", 1), () => own.sleep(0, 2)]));
    log.push((yield* copy.wait([copy.createTask(() => copy.sleep(0))]))[0].size);
    try {
      yield* copy.timeout("1s", () => copy.sleep("1h"));
    } catch (error) {
      log.push(error instanceof own.TimeoutError, error instanceof copy.TimeoutError);
    }
    yield* copy.taskGroup(function* (tg) {
      tg.createTask(() => own.sleep("1s"));
      yield* copy.sleep(0);
    });
  },
  async async(copy, log) {
    const future = new copy.Future<string>();
    copy.getRunningLoop().callSoon(() => future.setResult("future"));
    log.push(await future);
    log.push(await copy.sleep("1s", "sleep"));
    log.push(
      await copy.coroutine(function* () {
        yield* copy.sleep(0);
        return "coroutine";
      })(),
    );
    log.push(await copy.createTask(() => copy.sleep(0, "task")));
    log.push(await copy.gather([copy.sleep("1s", 1), () => own.sleep(0, 2)]));
    log.push((await copy.wait([copy.createTask(() => copy.sleep(0))]))[0].size);
    try {
      await copy.timeout("1s", () => copy.sleep("1h"));
    } catch (error) {
      log.push(error instanceof own.TimeoutError, error instanceof copy.TimeoutError);
    }
    await copy.taskGroup(async (tg) => {
      tg.createTask(() => own.sleep("1s"));
      await copy.sleep(0);
    });
  },
};

export const cases: readonly Case[] = [
  ...both("a task of one copy waits for all sorts of awaitables of another", users, async (body) => {
    const copy = await otherCopy();
    const logs: unknown[][] = [[], [], []];
    await runVirtually(() => body(copy, logs[0]!));
    await runVirtually(() => copy.createTask(() => body(own, logs[1]!)));
    await copy.run(() => body(own, logs[2]!), { loopFactory: newVirtualLoop });
    for (const log of logs) deepEqual(log, ["future", "sleep", "coroutine", "task", [1, 2], 1, true, true]);
  }),
  ...both(
    "a cancellation goes from a task of one copy through scopes of another",
    {
      *generator(copy: Copy, future: { cancelled(): boolean } & Iterable<never, void>) {
        yield* copy.timeout("1h", function* () {
          yield* copy.taskGroup(function* () {
            yield* future;
          });
        });
      },
      async async(copy: Copy, future: { cancelled(): boolean } & Iterable<never, void>) {
        await copy.timeout("1h", async () => {
          await copy.taskGroup(async () => {
            await future;
          });
        });
      },
    },
    async (body) => {
      const copy = await otherCopy();
      await runVirtually(async () => {
        const future = new copy.Future<void>();
        const task = own.createTask(() => body(copy, future as never));
        await own.sleep("1s");
        task.cancel("enough");
        await rejects(Promise.resolve(task), { name: "CancelledError", message: "enough" });
        equal(future.cancelled(), true);
      });
    },
  ),
  {
    name: "both copies know the same running loop, current task and signal",
    async run() {
      const copy = await otherCopy();
      equal(copy.getEventLoop() === own.getEventLoop(), true);
      await runWell(async () => {
        equal(copy.getRunningLoop() === own.getRunningLoop(), true);
        equal((copy.currentTask() as unknown) === own.currentTask(), true);
        equal(copy.currentSignal(), own.currentSignal());
        const task: own.Task<boolean[]> = copy.createTask(async () => {
          await copy.sleep(0);
          return [(own.currentTask() as unknown) === task, own.getRunningLoop() === copy.getRunningLoop()];
        });
        deepEqual(await task, [true, true]);
        deepEqual([own.isFuture(task), own.allTasks().size], [true, 1]);
        await rejects(
          copy.run(async () => {}),
          /cannot be called from a running event loop/,
        );
      });
    },
  },
  {
    name: "of two timeouts of different copies in one Promise.all only the right one is cancelled",
    async run() {
      const copy = await otherCopy();
      await runWell(async () => {
        const outcomes = await Promise.allSettled([
          own.timeout("5ms", () => copy.sleep("5s")),
          copy.timeout("5s", () => own.sleep("20ms", "slept")),
          copy.sleep("20ms", "slept"),
        ]);
        deepEqual(
          outcomes.map((outcome) => (outcome.status === "rejected" ? outcome.reason.name : outcome.value)),
          ["TimeoutError", "slept", "slept"],
        );
      });
    },
  },
  {
    name: "the errors, coroutines and futures of one copy are recognised by another",
    async run() {
      const copy = await otherCopy();
      equal(new copy.CancelledError() instanceof own.CancelledError, true);
      equal(new own.CancelledError() instanceof copy.CancelledError, true);
      equal(own.isCancelledError(new copy.CancelledError()), true);
      equal(new copy.ExceptionGroup("two", [new copy.TimeoutError()]) instanceof own.ExceptionGroup, true);
      equal(new copy.TimeoutError() instanceof own.CancelledError, false);
      equal(own.isCoroutineFunction(copy.coroutine(function* () {})), true);
      const unused = copy.coroutine(function* () {})();
      equal(own.isCoroutine(unused), true);
      unused.close();
    },
  },
  {
    name: "the packages themselves exist once where they are shared",
    async run() {
      equal((require("tsyncio") as Copy).Future, own.Future);
    },
  },
];
