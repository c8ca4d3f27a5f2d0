import type { Awaitable, CoroutineGenerator } from "@tsyncio/contract";
import {
  Barrier,
  type BarrierPass,
  type BoundedSemaphore,
  Condition,
  Event,
  type Hold,
  LifoQueue,
  type Lock,
  PriorityQueue,
  type Queue,
  type Semaphore,
} from "@tsyncio/sync";
import { type Coroutine, coroutine, createTask, forEach, type Task } from "@tsyncio/tasks";
import { describe, expectTypeOf, it } from "vitest";

// Nothing here runs: what is tested is that it compiles, and that what is marked does not.
declare const lock: Lock;
declare const semaphore: BoundedSemaphore;
declare const condition: Condition;
declare const barrier: Barrier;
declare const event: Event;
declare const queue: Queue<{ id: number }>;

const never = (_: () => unknown) => {};

describe("what is held", () => {
  it("is awaited by either kind of coroutine, and may become a task", () => {
    never(async () => {
      expectTypeOf(lock.acquire()).toExtend<Awaitable<true>>();
      expectTypeOf(await lock.acquire()).toEqualTypeOf<true>();
      expectTypeOf(await semaphore.hold()).toEqualTypeOf<Hold>();
      expectTypeOf(createTask(condition.acquire())).toEqualTypeOf<Task<true>>();
      using _ = await lock.hold();
      coroutine(function* () {
        expectTypeOf(yield* lock.acquire()).toEqualTypeOf<true>();
        using _ = yield* condition.hold();
        using pass = yield* barrier.hold();
        expectTypeOf(pass).toEqualTypeOf<BarrierPass>();
      });
      expectTypeOf(lock.release()).toEqualTypeOf<void>();
      expectTypeOf(semaphore).toExtend<Semaphore>();
    });
  });

  it("with() gives what its body gives", () => {
    never(() => {
      expectTypeOf(lock.with(async () => "text")).toEqualTypeOf<Coroutine<string>>();
      expectTypeOf(
        semaphore.with(function* (): CoroutineGenerator<number> {
          return 1;
        }),
      ).toEqualTypeOf<Coroutine<number>>();
      expectTypeOf(semaphore.with(() => fetch("http://localhost"))).toEqualTypeOf<Coroutine<Response>>();
      expectTypeOf(barrier.with(async (index) => index.toFixed())).toEqualTypeOf<Coroutine<string>>();
      // @ts-expect-error A promise is no body.
      lock.with(Promise.resolve());
      // @ts-expect-error The body gives no awaitable.
      lock.with(() => 1);
    });
  });
});

describe("events, conditions, barriers", () => {
  it("give what asyncio's give", () => {
    never(() => {
      expectTypeOf(event.wait()).toEqualTypeOf<Coroutine<true>>();
      expectTypeOf(condition.wait()).toEqualTypeOf<Coroutine<true>>();
      expectTypeOf(condition.waitFor(() => queue.empty())).toEqualTypeOf<Coroutine<boolean>>();
      expectTypeOf(barrier.wait()).toEqualTypeOf<Coroutine<number>>();
      expectTypeOf(barrier.reset()).toEqualTypeOf<Coroutine<void>>();
      expectTypeOf(barrier.nWaiting).toEqualTypeOf<number>();
      // @ts-expect-error It has to be told for how many it waits.
      new Barrier();
      // @ts-expect-error The number of parties stays.
      barrier.parties = 2;
      // @ts-expect-error A semaphore is no lock.
      new Condition(new Event());
    });
  });
});

describe("queues", () => {
  it("carry the type of their items", () => {
    never(async () => {
      expectTypeOf(queue.get()).toEqualTypeOf<Coroutine<{ id: number }>>();
      expectTypeOf(queue.getNowait()).toEqualTypeOf<{ id: number }>();
      expectTypeOf(queue.put({ id: 1 })).toEqualTypeOf<Coroutine<void>>();
      for await (const item of queue) expectTypeOf(item).toEqualTypeOf<{ id: number }>();
      forEach(queue, async (item) => expectTypeOf(item).toEqualTypeOf<{ id: number }>());
      // @ts-expect-error It is a queue of objects.
      queue.putNowait("text");
      expectTypeOf(new LifoQueue<string>(3)).toExtend<Queue<string>>();
    });
  });

  it("infer the type of a priority queue's items from its options", () => {
    never(() => {
      const jobs = new PriorityQueue(0, { key: (job: { urgency: number }) => job.urgency });
      expectTypeOf(jobs).toEqualTypeOf<PriorityQueue<{ urgency: number }>>();
      new PriorityQueue<Date>(0, { compare: (a, b) => a.getTime() - b.getTime() });
      // @ts-expect-error A comparison gives a number.
      new PriorityQueue<Date>(0, { compare: (a, b) => a < b });
    });
  });
});
