import { CancelledError, type Context, type LoopContract, RuntimeError, type TaskContract } from "@tsyncio/contract";
import type { Queue } from "@tsyncio/sync";
import { outsideTask } from "@tsyncio/tasks";
import { isAwaitable } from "./awaitable.js";
import type { AnyFunction } from "./remote.js";
import { encodeFailure } from "./remote-errors.js";
import { checkSendable, type Medium } from "./sendable.js";
import { type Transferable, takeTransfers } from "./transfer.js";
import {
  CALL,
  CALL_SOON,
  CANCEL_CALL,
  CANCELLED,
  type Callee,
  FULFILLED,
  GIVEN_BACK,
  type Note,
  REJECTED,
  type Reply,
  TAKEN,
} from "./wire.js";

/** What a job may call on the loop's side. */
export interface CallTargets {
  readonly loop: LoopContract;
  readonly medium: Medium;
  /** The functions that the executor was given, by name. */
  readonly functions: Readonly<Record<string, AnyFunction>>;
  /** The queues that the job was given. */
  readonly queues: readonly Queue<unknown>[];
  /** The async context of the submit. */
  readonly context: Context | null;
  readonly answer: (call: number, reply: Reply, transfer: readonly Transferable[]) => void;
}

/**
 * The calls that a job makes back into the loop: each is a task there, cancelled when the worker cancels its call, and when the job ends.
 *
 * An item that `get()` of a queue took is not the worker's before it says so (TAKEN): otherwise, and when the job ends without a word, the queue
 * gets it back.
 */
export class BackCalls {
  readonly #targets: CallTargets;
  readonly #tasks = new Map<number, TaskContract>();
  /** Items on their way to the worker. */
  readonly #sent = new Map<number, { readonly queue: Queue<unknown>; readonly item: unknown }>();
  #ended = false;

  constructor(targets: CallTargets) {
    this.#targets = targets;
  }

  noted(note: Note): void {
    if (note[1] === CALL) this.#start(note[2], note[3], note[4]);
    else if (note[1] === CANCEL_CALL) this.#tasks.get(note[2])?.cancel(note[3]);
    else if (note[1] === CALL_SOON) this.#callSoon(note[2], note[3]);
    else if (note[1] === TAKEN) this.#sent.delete(note[2]);
    else if (note[1] === GIVEN_BACK) this.#giveBack(note[2]);
  }

  /** The job is over, one way or another. */
  end(): void {
    this.#ended = true;
    for (const task of this.#tasks.values()) task.cancel("the job that called it has ended");
    // The last one that was taken is the first one again.
    for (const call of [...this.#sent.keys()].reverse()) this.#giveBack(call);
  }

  #start(id: number, callee: Callee, args: unknown[]): void {
    const { loop, context } = this.#targets;
    try {
      const name = typeof callee === "string" ? callee : callee[1];
      const options = context === null ? { name } : { name, context };
      const task = outsideTask(() => loop.createTask(() => this.#call(callee, args), options));
      this.#tasks.set(id, task);
      task.addDoneCallback(() => this.#done(id, callee, task));
    } catch (error) {
      this.#reject(id, error);
    }
  }

  #call(callee: Callee, args: unknown[]): PromiseLike<unknown> {
    const value = this.#find(callee)(...args);
    return isAwaitable(value) ? (value as PromiseLike<unknown>) : Promise.resolve(value);
  }

  #find(callee: Callee): (...args: unknown[]) => unknown {
    const { functions, queues } = this.#targets;
    if (typeof callee !== "string") {
      const queue = queues[callee[0]] as Queue<unknown>;
      return queue[callee[1]].bind(queue) as (...args: unknown[]) => unknown;
    }
    if (Object.hasOwn(functions, callee)) return functions[callee] as (...args: unknown[]) => unknown;
    const names = Object.keys(functions).join(", ") || "none";
    throw new RuntimeError(`the executor was given no function ${JSON.stringify(callee)} to call; it has ${names}`);
  }

  #done(id: number, callee: Callee, task: TaskContract): void {
    this.#tasks.delete(id);
    const { queues, medium, answer } = this.#targets;
    let value: unknown;
    try {
      value = task.result();
      const isItem = typeof callee !== "string" && callee[1] === "get";
      if (isItem) this.#sent.set(id, { queue: queues[callee[0]] as Queue<unknown>, item: value });
      if (this.#ended) {
        this.#giveBack(id);
        return;
      }
      const transfer = takeTransfers([value]);
      checkSendable(value, () => (isItem ? "the item" : `the result of ${String(callee)}()`), medium, transfer);
      answer(id, [FULFILLED, value], transfer);
    } catch (error) {
      if (!this.#ended) this.#reject(id, error);
    }
  }

  #reject(id: number, error: unknown): void {
    // What can't be sent stays where it was.
    this.#giveBack(id);
    const { medium, answer } = this.#targets;
    const reply: Reply =
      error instanceof CancelledError ? [CANCELLED, error.message] : [REJECTED, encodeFailure(error, medium)];
    answer(id, reply, []);
  }

  #callSoon(callee: Callee, args: unknown[]): void {
    const { loop, context } = this.#targets;
    outsideTask(() => loop.callSoonThreadsafe(() => this.#find(callee)(...args), context === null ? {} : { context }));
  }

  #giveBack(id: number): void {
    const sent = this.#sent.get(id);
    if (sent === undefined) return;
    this.#sent.delete(id);
    sent.queue.giveBack(sent.item);
  }
}
