// One run of a program: its loop, its trace, and the tables of names that its operations share.
import { type Bodies, bodiesOf, type Source } from "./compile/bodies.ts";
import type { Syntax } from "./compile/context.ts";
import {
  currentTask,
  type EventLoop,
  type Future,
  type Handle,
  newEventLoop,
  type Task,
  type TaskGroup,
  type Timeout,
  virtualHost,
} from "./library.ts";
import type { AwaitableArgument, Comparison, Predicate, Program } from "./program.ts";
import { Trace } from "./trace.ts";
import { formatValue } from "./values.ts";

const COMPARE: Readonly<Record<Comparison, (a: number, b: number) => boolean>> = {
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

export class Runtime {
  readonly program: Program;
  readonly host: ReturnType<typeof virtualHost> = virtualHost();
  readonly loop: EventLoop = newEventLoop({ host: this.host });
  readonly trace: Trace;

  readonly slots = new Map<string, Future<unknown>>();
  readonly handles = new Map<string, Handle>();
  readonly groups = new Map<string, TaskGroup>();
  readonly timeouts = new Map<string, Timeout>();
  /** The primitives that the program declares. */
  readonly primitives = new Map<string, unknown>();
  readonly variables = new Map<string, number>();
  /** The functions given to `addDoneCallback`, by name. */
  readonly callbacks = new Map<string, () => void>();

  readonly #bodies: Bodies;
  readonly #labels = new Map<Future<unknown>, string>();
  /** The name of the callback that runs. */
  #callback: string | null = null;

  constructor(program: Program, syntax: Syntax) {
    this.program = program;
    this.trace = new Trace({
      now: () => this.loop.time(),
      who: () => this.#who(),
      format: (value) => formatValue(value, this.#labels),
      overflow: () => this.loop.stop(),
    });
    this.#bodies = bodiesOf(program, syntax, this);
  }

  #who(): string {
    const task = currentTask();
    if (task !== null) return task.getName();
    return this.#callback === null ? "-" : `cb:${this.#callback}`;
  }

  /** A new coroutine of a body: what `createTask` and the like are given. */
  coroutine(body: number): Source {
    const make = this.#bodies.sources[body];
    if (make === undefined) throw new Error(`there is no body ${body}`);
    return make();
  }

  awaitable(argument: AwaitableArgument): Source | Future<unknown> {
    return typeof argument === "string" ? this.future(argument) : this.coroutine(argument);
  }

  awaitables(list: readonly AwaitableArgument[]): (Source | Future<unknown>)[] {
    return list.map((argument) => this.awaitable(argument));
  }

  /** A function for the loop or a future to call, which runs the body. */
  callback(name: string, body: number): () => void {
    const run = this.#bodies.callbacks.get(body);
    if (run === undefined) throw new Error(`body ${body} was not compiled as a callback`);
    return () => {
      const outer = this.#callback;
      this.#callback = name;
      try {
        this.trace.line("-", "callback", ">");
        run();
      } finally {
        this.#callback = outer;
      }
    };
  }

  future(slot: string): Future<unknown> {
    return named(this.slots, slot);
  }

  /** The task in the slot, or the current one. */
  task(slot: string | null): Task<unknown> {
    const task = slot === null ? currentTask() : this.future(slot);
    if (task === null) throw new Error("there is no current task");
    return task as Task<unknown>;
  }

  storeFuture(slot: string, future: Future<unknown>): void {
    this.slots.set(slot, future);
    if (!this.#labels.has(future)) this.#labels.set(future, slot);
  }

  /** Whether the program declares an object of this name: blocks use it instead of a new one. */
  isDeclared(name: string): boolean {
    return Object.hasOwn(this.program.objects ?? {}, name);
  }

  holds([variable, comparison, n]: Predicate): boolean {
    return COMPARE[comparison](this.variables.get(variable) ?? 0, n);
  }
}

/** The entry of a table that is known to be there: an operation that names a missing one is skipped. */
export function named<T>(table: ReadonlyMap<string, T>, name: string): T {
  const entry = table.get(name);
  if (entry === undefined) throw new Error(`${name} is not set`);
  return entry;
}
