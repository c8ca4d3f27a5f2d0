import { CancelledError, RuntimeError } from "@tsyncio/contract";
import { newEventLoop } from "@tsyncio/loop";
import { newVirtualLoop } from "@tsyncio/loop/virtual";
import { Barrier, Condition, Event, LifoQueue, Lock, PriorityQueue, Queue, Semaphore } from "@tsyncio/sync";
import { coroutine, createTask, currentTask, gather } from "@tsyncio/tasks";
import { sleep } from "@tsyncio/timeouts";
import { describe, expect, it } from "vitest";

const microtasks = async (count = 5) => {
  for (let i = 0; i < count; i++) await null;
};

describe("async functions outside of any task", () => {
  it("a lock lets them in one at a time, in the order they came, with no task made", async () => {
    const lock = new Lock();
    const trace: string[] = [];
    const worker = async (name: string) => {
      await lock.acquire();
      trace.push(`${name} in`);
      expect(currentTask()).toBe(null);
      await microtasks();
      trace.push(`${name} out`);
      lock.release();
    };
    await Promise.all([worker("a"), worker("b"), worker("c")]);
    expect(trace).toEqual(["a in", "a out", "b in", "b out", "c in", "c out"]);
    expect(String(lock)).toBe("<Lock [unlocked]>");
  });

  it("a place in the line is taken by the call", async () => {
    const lock = new Lock();
    await lock.acquire();
    const first = lock.acquire();
    const second = lock.acquire();
    expect(String(lock)).toBe("<Lock [locked, waiters:2]>");
    const order: string[] = [];
    const done = Promise.all([second.then(() => order.push("second")), first.then(() => order.push("first"))]);
    lock.release();
    await microtasks();
    lock.release();
    await done;
    expect(order).toEqual(["first", "second"]);
    first.close();
    expect(lock.locked()).toBe(false);
  });

  it("a place that is not wanted any more is given back by close()", async () => {
    const lock = new Lock();
    await lock.acquire();
    const unwanted = lock.acquire();
    unwanted.close();
    expect(String(lock)).toBe("<Lock [locked]>");
    const granted = lock.acquire();
    lock.release();
    expect(lock.locked()).toBe(true);
    granted.close();
    expect(lock.locked()).toBe(false);
  });

  it("what acquire() gives can still become a task, and that can be cancelled", async () => {
    const lock = new Lock();
    await lock.acquire();
    const [kept, cancelled] = [createTask(lock.acquire()), createTask(lock.acquire())];
    const generator = coroutine(function* (wait: ReturnType<Lock["acquire"]>) {
      return yield* wait;
    });
    const inGenerator = createTask(generator(lock.acquire()));
    await sleep("1ms");
    cancelled.cancel();
    await expect(cancelled).rejects.toBeInstanceOf(CancelledError);
    lock.release();
    expect(await kept).toBe(true);
    lock.release();
    expect(await inGenerator).toBe(true);
    lock.release();
    expect(String(lock)).toBe("<Lock [unlocked]>");
  });

  it("what was granted before it became a task is the task's, and given back if that is cancelled", async () => {
    const lock = new Lock();
    await lock.acquire();
    const granted = lock.acquire();
    lock.release();
    expect(await createTask(granted)).toBe(true);
    const again = lock.acquire();
    lock.release();
    const task = createTask(again);
    task.cancel();
    await expect(task).rejects.toBeInstanceOf(CancelledError);
    expect(lock.locked()).toBe(false);
  });

  it("a semaphore, an event, a condition, a barrier: all work without a loop", async () => {
    const semaphore = new Semaphore(2);
    let [inside, most] = [0, 0];
    const limited = async () => {
      using _ = await semaphore.hold();
      most = Math.max(most, ++inside);
      await microtasks();
      inside--;
    };
    await Promise.all(Array.from({ length: 7 }, limited));
    expect([most, String(semaphore)]).toEqual([2, "<Semaphore [unlocked, value:2]>"]);

    const event = new Event();
    const woken = Promise.all([event.wait(), event.wait()]);
    await microtasks();
    expect(String(event)).toBe("<Event [unset, waiters:2]>");
    event.set();
    expect(await woken).toEqual([true, true]);
    expect(String(event)).toBe("<Event [set]>");

    const condition = new Condition();
    let ready = false;
    const waited = condition.with(async () => condition.waitFor(() => ready));
    await sleep("1ms");
    await condition.with(async () => {
      ready = true;
      condition.notify();
    });
    expect(await waited).toBe(true);

    const barrier = new Barrier(2);
    expect((await Promise.all([barrier.wait(), barrier.wait()])).toSorted()).toEqual([0, 1]);
  });

  for (const make of [() => new Queue<number>(1), () => new LifoQueue<number>(1), () => new PriorityQueue<number>(1)]) {
    it(`a ${make()[Symbol.toStringTag]} hands items over, and loses none`, async () => {
      const queue = make();
      const got: number[] = [];
      const consume = async () => {
        for await (const item of queue) {
          got.push(item);
          queue.taskDone();
        }
      };
      const consumers = Promise.all([consume(), consume(), consume()]);
      const produce = async (from: number) => {
        for (let i = from; i < from + 50; i++) await queue.put(i);
      };
      await Promise.all([produce(0), produce(50)]);
      await queue.join();
      queue.shutdown();
      await consumers;
      expect(got.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
      await expect(queue.put(1)).rejects.toMatchObject({ name: "QueueShutDown" });
      await expect(queue.get()).rejects.toMatchObject({ name: "QueueShutDown" });
    });
  }

  it("handlers of then() are not called by who releases, but later", async () => {
    const queue = new Queue<number>();
    const lock = new Lock();
    await lock.acquire();
    const trace: string[] = [];
    const waits = [
      queue.get().then((item) => trace.push(`got ${item}`)),
      lock.acquire().then(() => trace.push("acquired")),
      queue.get().finally(() => trace.push("finally")),
    ];
    queue.putNowait(1);
    queue.putNowait(2);
    lock.release();
    trace.push("released");
    await Promise.all(waits);
    expect(trace[0]).toBe("released");
    expect(trace.toSorted()).toEqual(["acquired", "finally", "got 1", "released"]);
  });

  it("an operation is for one use", async () => {
    const queue = new Queue<number>();
    queue.putNowait(1);
    queue.putNowait(2);
    const get = queue.get();
    expect(await get).toBe(1);
    await expect(get.then()).rejects.toBeInstanceOf(RuntimeError);
    expect(queue.qsize()).toBe(1);
  });

  it("an operation that was never awaited has done nothing", async () => {
    const queue = new Queue<number>(1);
    queue.put(1).close();
    expect(queue.empty()).toBe(true);
    await queue.put(2);
    queue.get().close();
    expect(queue.qsize()).toBe(1);
  });
});

describe("one object, shared", () => {
  it("by tasks of two loops and plain async code: one line, in the order they came", async () => {
    const lock = new Lock();
    const [one, two] = [newEventLoop(), newEventLoop()];
    const trace: string[] = [];
    let inside = 0;
    const worker = async (name: string) => {
      for (let i = 0; i < 20; i++) {
        await lock.acquire();
        expect(++inside).toBe(1);
        trace.push(name);
        await microtasks(2);
        inside--;
        lock.release();
      }
    };
    await lock.acquire();
    const workers = Promise.all([
      one.runUntilComplete(() => worker("one")),
      two.runUntilComplete(() => worker("two")),
      worker("plain"),
    ]);
    await sleep("1ms");
    expect(String(lock)).toBe("<Lock [locked, waiters:3]>");
    lock.release();
    await workers;
    one.close();
    two.close();
    expect(trace).toHaveLength(60);
    // Fair: while all three want it, nobody has it twice before the others had it once.
    for (let i = 0; i < 57; i++) expect(new Set(trace.slice(i, i + 3)).size, `${i}: ${trace.slice(i, i + 3)}`).toBe(3);
    expect(String(lock)).toBe("<Lock [unlocked]>");
  });

  it("a queue from plain code to tasks of two loops, generators among them", async () => {
    const queue = new Queue<number>(3);
    const [one, two] = [newEventLoop(), newEventLoop()];
    const got: number[] = [];
    const generator = coroutine(function* () {
      for (let i = 0; i < 30; i++) got.push(yield* queue.get());
    });
    const consumers = [
      one.runUntilComplete(() => gather(generator(), generator())),
      two.runUntilComplete(async () => {
        for (let i = 0; i < 30; i++) got.push(await queue.get());
      }),
    ];
    for (let i = 0; i < 90; i++) await queue.put(i);
    await Promise.all(consumers);
    one.close();
    two.close();
    expect(got.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 90 }, (_, i) => i));
    expect(String(queue)).toBe("<Queue maxsize=3 tasks=90>");
  });

  it("a waiter whose loop was closed is passed over, and nobody fails for it", async () => {
    const makers = [() => new Lock(), () => new Semaphore(1), () => new Condition()];
    for (const make of makers) {
      const lock = make();
      await lock.acquire();
      const gone = newVirtualLoop();
      for (let i = 0; i < 2; i++) gone.createTask(() => lock.acquire());
      gone.createTask(
        coroutine(function* () {
          yield* lock.acquire();
        }),
      );
      await gone.runUntilComplete(() => sleep(1));
      const alive = createTask(() => lock.acquire());
      await sleep("1ms");
      gone.close();
      lock.release();
      expect(await alive).toBe(true);
      lock.release();
      expect(lock.locked()).toBe(false);
    }
  });

  it("a waiter that was woken on a loop that was closed before it ran has taken nothing", async () => {
    const wokenAndGone = async (wait: () => PromiseLike<unknown>, wake: () => void) => {
      const gone = newVirtualLoop();
      gone.createTask(
        coroutine(function* () {
          yield* wait() as ReturnType<Lock["acquire"]>;
        }),
      );
      await gone.runUntilComplete(() => sleep(1));
      wake();
      gone.close();
    };
    const lock = new Lock();
    await lock.acquire();
    await wokenAndGone(
      () => lock.acquire(),
      () => lock.release(),
    );
    expect(await lock.acquire()).toBe(true);

    const semaphore = new Semaphore(0);
    await wokenAndGone(
      () => semaphore.acquire(),
      () => semaphore.release(),
    );
    expect(await semaphore.acquire()).toBe(true);
    expect(String(semaphore)).toBe("<Semaphore [locked]>");

    const queue = new Queue<string>();
    await wokenAndGone(
      () => queue.get(),
      () => queue.putNowait("first"),
    );
    const [second, third] = [queue.get(), queue.get()];
    queue.putNowait("second");
    expect(await Promise.all([second, third])).toEqual(["first", "second"]);
  });

  it("a task on a virtual clock refuses to wait in a line that a real loop's task began", async () => {
    const lock = new Lock();
    await lock.acquire();
    const real = createTask(lock.acquire());
    await sleep("1ms");
    const virtual = newVirtualLoop();
    const message = "a task on a virtual clock can't wait for <Lock [locked, waiters:1]>, which is on a real one";
    await expect(virtual.runUntilComplete(async () => lock.acquire())).rejects.toEqual(new RuntimeError(message));
    const generator = coroutine(function* () {
      yield* lock.acquire();
    });
    await expect(virtual.runUntilComplete(generator)).rejects.toEqual(new RuntimeError(message));
    virtual.close();
    lock.release();
    await real;
    lock.release();
    expect(String(lock)).toBe("<Lock [unlocked]>");
  });
});
