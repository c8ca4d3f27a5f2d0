import { CancelledError, ExceptionGroup, type TaskContract } from "@tsyncio/contract";
import fc from "fast-check";
import { type Kind, on, type Script } from "./laws.ts";
import { worldOf } from "./world.ts";

/**
 * A random program: a tree of tasks that wait, join one another in the ways that a package offers, fail, and clean up.
 * Times are whole seconds, so that many things happen at the same time.
 */
export interface Tree {
  /** The name of the operation that joins its children. */
  how: string;
  /** How many seconds it works before it starts its children, and how many its clean-up takes. */
  work: number;
  cleanUp: number;
  end: "return" | "throw" | "swallow";
  /** Which kind of coroutine it is, where kinds are mixed. */
  kind: 0 | 1;
  children: Tree[];
}

export interface Cancellation {
  /** When, in seconds, and which task, by the order of creation. */
  at: number;
  task: number;
  reason: string;
}

/** Joins children, which `start` makes tasks of: by its argument, where that is not `createTask`. */
export type Join = (
  children: readonly Tree[],
  start: (child: Tree, createTask?: CreateTask) => TaskContract<unknown>,
  define: Kind["define"],
) => Script<void>;

type CreateTask = (source: () => PromiseLike<unknown>) => TaskContract<unknown>;

/** What the trees of a package are made of. */
export interface Grove {
  readonly kinds: readonly Kind[];
  readonly createTask: CreateTask;
  readonly pause: (seconds: number) => PromiseLike<unknown>;
  readonly joins: Readonly<Record<string, Join>>;
}

/** Random trees, whose inner nodes use the operations of `grove`. */
export function trees({ joins }: Grove): fc.Arbitrary<Tree> {
  const rest = {
    work: fc.integer({ min: 0, max: 3 }),
    cleanUp: fc.integer({ min: 0, max: 2 }),
    end: fc.constantFrom<Tree["end"][]>("return", "return", "return", "throw", "swallow"),
    kind: fc.constantFrom<Tree["kind"][]>(0, 1),
  };
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.record({ ...rest, how: fc.constant("leaf"), children: fc.constant<Tree[]>([]) }),
      fc.record({
        ...rest,
        how: fc.constantFrom(...Object.keys(joins)),
        children: fc.array(tie("tree"), { minLength: 1, maxLength: 3 }),
      }),
    ),
  }));
  return tree;
}

export const cancellations: fc.Arbitrary<Cancellation[]> = fc.array(
  fc.record({ at: fc.integer({ min: 0, max: 8 }), task: fc.nat({ max: 12 }), reason: fc.constantFrom("a", "b") }),
  { maxLength: 6 },
);

/** What was seen of one run of a tree. */
export interface Played {
  readonly tasks: readonly TaskContract<unknown>[];
  /** How often each task's body began, and how often its `finally` block did. */
  readonly entered: readonly number[];
  readonly cleaned: readonly number[];
  /** When which task ended, and how. */
  readonly trace: readonly string[];
}

/** Runs `tree`, and all that it leaves behind, to its end, on a virtual loop that must be left clean. */
export async function play(
  grove: Grove,
  tree: Tree,
  cancels: readonly Cancellation[],
  kindOf: (node: Tree) => Kind,
): Promise<Played> {
  const world = worldOf();
  const { loop } = world;
  const tasks: TaskContract<unknown>[] = [];
  const entered: number[] = [];
  const cleaned: number[] = [];
  const trace: string[] = [];

  const start = (node: Tree, createTask = grove.createTask): TaskContract<unknown> => {
    const number = tasks.length;
    const { define } = kindOf(node);
    const task = createTask(define(() => body(node, number), "node") as () => PromiseLike<unknown>);
    tasks.push(task);
    task.addDoneCallback(() => trace.push(`${loop.time()} ${number} ${endOf(task)}, cancelling ${task.cancelling()}`));
    return task;
  };

  function* body(node: Tree, number: number): Script<string> {
    entered[number] = (entered[number] ?? 0) + 1;
    try {
      if (node.work > 0) yield* on(grove.pause(node.work));
      yield* grove.joins[node.how]?.(node.children, start, kindOf(node).define) ?? [];
      if (node.end === "throw") throw new Error(`node ${number}`);
      return `node ${number}`;
    } catch (error) {
      if (node.end === "swallow" && error instanceof CancelledError) return "swallowed";
      throw error;
    } finally {
      cleaned[number] = (cleaned[number] ?? 0) + 1;
      if (node.cleanUp > 0) yield* on(grove.pause(node.cleanUp - 1));
    }
  }

  for (const { at, task, reason } of cancels) loop.callLater(at, () => tasks[task]?.cancel(reason));
  await loop.runUntilComplete(async () => {
    start(tree);
    await grove.pause(9);
  });
  for (let left = tasks; left.length > 0; left = tasks.filter((task) => !task.done())) {
    for (const task of left) await loop.runUntilComplete(task).catch(() => {});
  }
  // The callbacks of the last one.
  await loop.runUntilComplete(() => grove.pause(0));
  for (const task of tasks) if (!task.cancelled()) task.exception();
  world.leave();
  return { tasks, entered, cleaned, trace };
}

function endOf(task: TaskContract<unknown>): string {
  if (task.cancelled()) return "cancelled";
  const error = task.exception();
  if (error === null) return String(task.result());
  return error instanceof ExceptionGroup ? `group of ${error.errors.length}` : String(error);
}
