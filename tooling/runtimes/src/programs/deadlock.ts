// Programs that nothing can wake: deadlock.js <generator|async> <future|tasks|promise>
import { DeadlockError } from "@tsyncio/contract";
import { Future, fromPromise } from "@tsyncio/futures";
import { run } from "@tsyncio/runner";
import { createTask, type Task } from "@tsyncio/tasks";
import { sleep } from "@tsyncio/timeouts";

const [kind, what] = process.argv.slice(2);

/** What main waits for, and nobody brings about. */
const never = (): Future<unknown> => {
  if (what === "promise") return fromPromise(new Promise(() => {}));
  if (what === "future") return new Future();
  // Two tasks that wait for each other.
  const other: Task<void> = createTask(
    async () => {
      await sleep("1ms");
      await one;
    },
    { name: "other" },
  );
  const one = createTask(
    function* () {
      yield* other;
    },
    { name: "one" },
  );
  return one;
};

function* generatorWorker() {
  try {
    yield* new Future();
  } finally {
    yield* sleep("1ms");
    console.log("worker cleaned up");
  }
}

async function asyncWorker() {
  try {
    await new Future();
  } finally {
    await sleep("1ms");
    console.log("worker cleaned up");
  }
}

function* generatorMain() {
  createTask(generatorWorker, { name: "worker" });
  try {
    yield* never();
  } finally {
    yield* sleep("5ms");
    console.log("main cleaned up");
  }
}

async function asyncMain() {
  createTask(asyncWorker, { name: "worker" });
  try {
    await never();
  } finally {
    await sleep("5ms");
    console.log("main cleaned up");
  }
}

run<void>(kind === "generator" ? generatorMain : asyncMain).catch((error) => {
  console.log(error instanceof DeadlockError ? error.message : error);
});
