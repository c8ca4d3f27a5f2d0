import { CancelledError, ExceptionGroup } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { createTask, gather, race, shield, type Task, type TaskGroup, taskGroup, wait } from "@tsyncio/tasks";
import { type Kind, on, type Script, worldOf } from "@tsyncio/test-support";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { both, pause, turn } from "./support.ts";

const RUNS = 200;

/**
 * A random program: a tree of tasks that wait, join one another in every way there is, fail, and clean up. Times are whole
 * seconds, so that many things happen at the same time.
 */
interface Tree {
  how: "leaf" | "await" | "gather" | "group" | "race" | "wait" | "shield" | "loose";
  /** How long it works before its children are started, and how long it cleans up, in seconds. */
  work: number;
  cleanUp: number;
  end: "return" | "throw" | "swallow";
  children: Tree[];
}

const times = {
  work: fc.integer({ min: 0, max: 3 }),
  cleanUp: fc.integer({ min: 0, max: 2 }),
  end: fc.constantFrom<Tree["end"][]>("return", "return", "return", "throw", "swallow"),
};
const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.record({ how: fc.constant<Tree["how"]>("leaf"), ...times, children: fc.constant<Tree[]>([]) }),
    fc.record({
      how: fc.constantFrom<Tree["how"][]>("await", "gather", "group", "race", "wait", "shield", "loose"),
      ...times,
      children: fc.array(tie("tree"), { minLength: 1, maxLength: 3 }),
    }),
  ),
}));

/** When which task, by the order of creation, is cancelled. */
const cancellations = fc.array(
  fc.record({ at: fc.integer({ min: 0, max: 8 }), task: fc.nat({ max: 12 }), reason: fc.constantFrom("a", "b") }),
  { maxLength: 6 },
);

/** One run of a program, and what is counted of it. */
class Run {
  readonly kind: Kind;
  readonly tasks: Task<unknown>[] = [];
  readonly entered: number[] = [];
  readonly cleaned: number[] = [];
  readonly trace: string[] = [];
  time: () => number = () => 0;

  constructor(kind: Kind) {
    this.kind = kind;
  }

  start(of: Tree, group?: TaskGroup): Task<unknown> {
    const number = this.tasks.length;
    const body = () => this.body(of, number);
    const source = this.kind.define(body, "node");
    const task = group === undefined ? createTask(source) : group.createTask(source);
    this.tasks.push(task as Task<unknown>);
    task.addDoneCallback(() => this.trace.push(`${this.time()} ${number} ${outcomeOf(task as Task<unknown>)}`));
    return task as Task<unknown>;
  }

  *body(of: Tree, number: number): Script<string> {
    this.entered[number] = (this.entered[number] ?? 0) + 1;
    try {
      if (of.work > 0) yield* on(pause(of.work));
      yield* this.join(of);
      if (of.end === "throw") throw new Error(`node ${number}`);
      return `node ${number}`;
    } catch (error) {
      if (of.end === "swallow" && error instanceof CancelledError) return "swallowed";
      throw error;
    } finally {
      this.cleaned[number] = (this.cleaned[number] ?? 0) + 1;
      if (of.cleanUp > 0) yield* on(pause(of.cleanUp - 1));
    }
  }

  *join({ how, children }: Tree): Script<void> {
    switch (how) {
      case "leaf":
        return;
      case "await":
        for (const child of children) yield* on(this.start(child));
        return;
      case "gather":
        yield* on(gather(children.map((child) => this.start(child))));
        return;
      case "group":
        yield* on(taskGroup(this.kind.define((tg: TaskGroup) => this.grouped(tg, children))));
        return;
      case "race":
        if (children.length > 0) yield* on(race(children.map((child) => this.start(child))));
        return;
      case "wait":
        if (children.length > 0) {
          yield* on(
            wait(
              children.map((child) => this.start(child)),
              { timeout: 1, returnWhen: "FIRST_EXCEPTION" },
            ),
          );
        }
        return;
      case "shield":
        for (const child of children) yield* on(shield(this.start(child)));
        return;
      case "loose":
        for (const child of children) this.start(child);
        return;
    }
  }

  *grouped(tg: TaskGroup, children: Tree[]): Script<void> {
    for (const child of children) this.start(child, tg);
    yield* on(turn());
  }
}

function outcomeOf(task: Task<unknown>): string {
  if (task.cancelled()) return "cancelled";
  const error = task.exception();
  if (error === null) return String(task.result());
  return error instanceof ExceptionGroup ? `group of ${error.errors.length}` : (error as Error).message;
}

/** Runs the program, and everything that it left behind, to its end. */
async function play(kind: Kind, program: Tree, cancels: readonly { at: number; task: number; reason: string }[]) {
  const world = worldOf();
  const { loop } = world;
  const run = new Run(kind);
  run.time = () => loop.time();
  for (const { at, task, reason } of cancels) loop.callLater(at, () => run.tasks[task]?.cancel(reason));
  await loop.runUntilComplete(async () => {
    run.start(program);
    await pause(9);
  });
  for (let more = true; more; ) {
    const left = run.tasks.filter((task) => !task.done());
    more = left.length > 0;
    for (const task of left) await loop.runUntilComplete(task).catch(() => {});
  }
  await loop.runUntilComplete(turn);
  for (const task of run.tasks) if (!task.cancelled()) task.exception();
  world.leave();
  return run;
}

describe("random trees of tasks, with random cancellations", () => {
  for (const kind of both.kinds) {
    it(`leave no task and no timer, and run each finally block once (${kind.name})`, async () => {
      await fc.assert(
        fc.asyncProperty(tree, cancellations, async (program, cancels) => {
          const run = await play(kind, program, cancels);
          expect(run.tasks.map((task) => task.done())).toEqual(run.tasks.map(() => true));
          expect(run.entered).toEqual(run.cleaned);
          expect(run.trace).toHaveLength(run.tasks.length);
        }),
        { numRuns: RUNS },
      );
    });
  }

  it("do the same in both kinds of coroutine, in the same order, at the same times", async () => {
    await fc.assert(
      fc.asyncProperty(tree, cancellations, async (program, cancels) => {
        const [generator, async] = both.kinds as [Kind, Kind];
        const expected = await play(generator, program, cancels);
        const found = await play(async, program, cancels);
        expect(found.trace).toEqual(expected.trace);
      }),
      { numRuns: RUNS },
    );
  });
});

describe("many waiters on one future", () => {
  it("each gets the result or its own cancellation, and none is lost", async () => {
    const moves = fc.array(fc.record({ at: fc.integer({ min: 0, max: 3 }), who: fc.nat({ max: 9 }) }), {
      maxLength: 10,
    });
    await fc.assert(
      fc.asyncProperty(moves, fc.integer({ min: 0, max: 3 }), fc.boolean(), async (cancels, at, shielded) => {
        for (const kind of both.kinds) {
          const world = worldOf();
          const outcomes: string[] = [];
          await world.loop.runUntilComplete(
            kind.define(function* () {
              const future = new Future<string>();
              const waiters = Array.from({ length: 10 }, (_, who) =>
                createTask(
                  kind.define(function* () {
                    try {
                      outcomes[who] = yield* on(shielded ? shield(future) : future);
                    } catch (error) {
                      outcomes[who] = (error as Error).name;
                    }
                  }),
                ),
              );
              for (const { at: when, who } of cancels) world.loop.callLater(when, () => waiters[who]?.cancel());
              world.loop.callLater(at, () => {
                if (!future.done()) future.setResult("result");
              });
              yield* on(pause(5));
            }),
          );
          world.leave();
          expect(outcomes.filter((outcome) => outcome === "result" || outcome === "CancelledError")).toHaveLength(10);
          // Without a shield the first cancellation is for all.
          if (!shielded) expect(new Set(outcomes).size).toBeLessThanOrEqual(2);
        }
      }),
      { numRuns: RUNS / 4 },
    );
  });
});
