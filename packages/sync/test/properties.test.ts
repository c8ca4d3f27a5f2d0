import { CancelledError } from "@tsyncio/contract";
import { Barrier, BoundedSemaphore, Condition, LifoQueue, Lock, PriorityQueue, Queue, Semaphore } from "@tsyncio/sync";
import { createTask, gather, type Task } from "@tsyncio/tasks";
import { type Kind, on, type Script, worldOf } from "@tsyncio/test-support";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { both, turn, turns } from "./support.ts";

const RUNS = 150;

/**
 * For how many turns something free may be on its way to who waits for it: each cancellation can strike the one it was for, who passes it on
 * when it runs.
 */
const PATIENCE = 24;

/** A task of a random program: when it begins, in turns, and how long it keeps what it got, each time. */
interface Worker {
  readonly kind: 0 | 1;
  readonly begin: number;
  readonly keeps: readonly number[];
}

interface Scenario {
  readonly workers: readonly Worker[];
  /** In which turn which task is cancelled; turns are small enough to strike at every await. */
  readonly cancellations: readonly { readonly at: number; readonly who: number }[];
}

const scenarios: fc.Arbitrary<Scenario> = fc.record({
  workers: fc.array(
    fc.record({
      kind: fc.constantFrom<Worker["kind"][]>(0, 1),
      begin: fc.nat(4),
      keeps: fc.array(fc.nat(3), { minLength: 1, maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 6 },
  ),
  cancellations: fc.array(fc.record({ at: fc.nat(25), who: fc.nat(5) }), { maxLength: 8 }),
});

/** What a property looks at while a scenario is played. */
interface Observer {
  /** What each task does. */
  work(worker: Worker, index: number): Script<void>;
  /** After every turn. */
  look(): void;
  /** The task `index` was just cancelled. */
  cancelled?(index: number): void;
}

/** Runs a scenario on a virtual loop. With `kinds` of one element all tasks are of that kind. */
async function play(
  { workers, cancellations }: Scenario,
  kinds: readonly Kind[],
  { work, look, cancelled }: Observer,
): Promise<void> {
  const world = worldOf();
  const define = <T>(kind: number, script: () => Script<T>) => (kinds[kind % kinds.length] as Kind).define(script);
  const tasks: Task[] = [];
  const main = define(0, function* () {
    for (const [i, worker] of workers.entries()) {
      const script = function* (): Script<void> {
        yield* turns(worker.begin);
        yield* work(worker, i);
      };
      tasks.push(createTask<unknown>(define(worker.kind, script)));
    }
    for (let now = 0; now < 200 && tasks.some((task) => !task.done()); now++) {
      for (const { at, who } of cancellations) if (at === now && tasks[who]?.cancel()) cancelled?.(who);
      yield* on(turn());
      look();
    }
    for (const [i, task] of tasks.entries()) if (task.cancel()) cancelled?.(i);
    yield* on(gather(tasks, { returnExceptions: true }));
  });
  await world.loop.runUntilComplete(main);
  world.leave();
  for (const task of tasks) if (!task.cancelled() && task.exception() !== null) throw task.exception();
}

const settings: [string, readonly Kind[]][] = [
  ...both.kinds.map((kind) => [`${kind.name} tasks`, [kind]] as [string, readonly Kind[]]),
  ["tasks of both kinds", both.kinds],
];

describe.each(settings)("random %s, cancelled at random", (_, kinds) => {
  const limits: [string, number, () => Lock | Semaphore | Condition][] = [
    ["Lock", 1, () => new Lock()],
    ["Condition", 1, () => new Condition()],
    ["Semaphore(1)", 1, () => new Semaphore(1)],
    ["Semaphore(2)", 2, () => new Semaphore(2)],
    ["BoundedSemaphore(3)", 3, () => new BoundedSemaphore(3)],
  ];

  it.each(limits)(
    "%s: never more inside than allowed, nobody waits for nothing, first come first served",
    async (_, limit, make) => {
      await fc.assert(
        fc.asyncProperty(scenarios, fc.constantFrom("acquire", "hold", "with"), async (scenario, how) => {
          const lock = make();
          const idle = String(lock);
          // Which tasks asked and were not cancelled, in their order.
          const asked: number[] = [];
          let inside = 0;
          let quiet = 0;
          function* once(index: number, keep: number): Script<void> {
            asked.push(index);
            const body = function* (): Script<void> {
              expect(asked.shift()).toBe(index);
              expect(++inside).toBeLessThanOrEqual(limit);
              quiet = 0;
              try {
                yield* turns(keep);
              } finally {
                inside--;
              }
            };
            if (how === "with") yield* on(lock.with((kinds[0] as Kind).define(body)));
            else if (how === "hold") {
              using _hold = yield* on(lock.hold());
              yield* body();
            } else {
              yield* on(lock.acquire());
              try {
                yield* body();
              } finally {
                lock.release();
              }
            }
          }
          await play(scenario, kinds, {
            *work({ keeps }, index) {
              for (const keep of keeps) yield* once(index, keep);
            },
            cancelled(index) {
              const at = asked.indexOf(index);
              if (at >= 0) asked.splice(at, 1);
            },
            look() {
              // A permit that is free is on its way to somebody, who comes in soon.
              quiet = inside < limit && asked.length > 0 ? quiet + 1 : 0;
              expect(quiet).toBeLessThan(PATIENCE);
            },
          });
          expect([inside, String(lock)]).toEqual([0, idle]);
        }),
        { numRuns: RUNS },
      );
    },
  );

  const queues: [string, (maxsize: number) => Queue<number>][] = [
    ["Queue", (maxsize) => new Queue(maxsize)],
    ["LifoQueue", (maxsize) => new LifoQueue(maxsize)],
    ["PriorityQueue", (maxsize) => new PriorityQueue(maxsize)],
  ];

  it.each(queues)("%s: every item put in is taken once, or still there", async (name, make) => {
    await fc.assert(
      fc.asyncProperty(scenarios, fc.nat(3), async (scenario, maxsize) => {
        const queue = make(maxsize);
        const put: number[] = [];
        const got: number[] = [];
        let next = 0;
        let quiet = 0;
        let [getting, putting] = [0, 0];
        await play(scenario, kinds, {
          *work({ keeps }, index) {
            for (const keep of keeps) {
              if (index % 2 === 0) {
                const item = next++;
                putting++;
                try {
                  yield* on(queue.put(item));
                  put.push(item);
                  quiet = 0;
                } finally {
                  putting--;
                }
              } else {
                getting++;
                try {
                  got.push(yield* on(queue.get()));
                  quiet = 0;
                } finally {
                  getting--;
                }
              }
              if (maxsize > 0) expect(queue.qsize()).toBeLessThanOrEqual(maxsize);
              yield* turns(keep);
            }
          },
          look() {
            const idle = (getting > 0 && !queue.empty()) || (putting > 0 && !queue.full());
            quiet = idle ? quiet + 1 : 0;
            expect(quiet).toBeLessThan(PATIENCE);
          },
        });
        const left: number[] = [];
        while (!queue.empty()) left.push(queue.getNowait());
        expect([...got, ...left].toSorted((a, b) => a - b)).toEqual(put.toSorted((a, b) => a - b));
        if (name === "Queue") expect([...got, ...left]).toEqual(put);
        const unfinished = put.length > 0 ? ` tasks=${put.length}` : "";
        expect(String(queue)).toBe(`<${name} maxsize=${maxsize}${unfinished}>`);
      }),
      { numRuns: RUNS },
    );
  });

  it("Condition: as many go on as were notified, or more; none is lost", async () => {
    await fc.assert(
      fc.asyncProperty(scenarios, async (scenario) => {
        const condition = new Condition();
        let tokens = 0;
        let quiet = 0;
        let waiting = 0;
        await play(scenario, kinds, {
          *work({ keeps }, index) {
            for (const keep of keeps) {
              yield* on(condition.acquire());
              try {
                if (index % 2 === 0) {
                  tokens++;
                  condition.notify();
                } else {
                  waiting++;
                  try {
                    yield* on(condition.waitFor(() => tokens > 0));
                    tokens--;
                    quiet = 0;
                  } finally {
                    expect(condition.locked()).toBe(true);
                    waiting--;
                  }
                }
                yield* turns(keep);
              } finally {
                condition.release();
              }
            }
          },
          look() {
            quiet = waiting > 0 && tokens > 0 && !condition.locked() ? quiet + 1 : 0;
            expect(quiet).toBeLessThan(PATIENCE);
          },
        });
        expect(String(condition)).toBe("<Condition [unlocked]>");
      }),
      { numRuns: RUNS },
    );
  });

  it("Barrier: those who leave together are as many as it is for, each with an index of its own", async () => {
    await fc.assert(
      fc.asyncProperty(scenarios, fc.integer({ min: 1, max: 3 }), async (scenario, parties) => {
        const barrier = new Barrier(parties);
        const indices: number[] = [];
        let cancelledInside = 0;
        await play(scenario, kinds, {
          *work({ keeps }) {
            for (const keep of keeps) {
              try {
                indices.push(yield* on(barrier.wait()));
              } catch (error) {
                if (error instanceof CancelledError) cancelledInside++;
                throw error;
              }
              yield* turns(keep);
            }
          },
          look: () => expect(barrier.nWaiting).toBeLessThan(parties),
        });
        for (const index of indices) expect(index).toBeLessThan(parties);
        // Who is cancelled shows no index, and who comes after that may get one that another has: as in asyncio.
        const missing = Array.from({ length: parties }, (_, i) => indices.filter((index) => index === i).length);
        expect(Math.max(...missing) - Math.min(...missing)).toBeLessThanOrEqual(2 * cancelledInside);
        expect(String(barrier)).toBe(`<Barrier [filling, waiters:0/${parties}]>`);
      }),
      { numRuns: RUNS },
    );
  });
});
