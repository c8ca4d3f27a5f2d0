import type { CoroutineGenerator } from "@tsyncio/contract";
import { coroutine, currentStrand } from "@tsyncio/tasks";
import type { QueueProxy } from "../queue-proxy.js";
import { CANCELLED, FULFILLED, GIVEN_BACK, type QueueMethod, type Reply, type SentQueue, TAKEN } from "../wire.js";
import { CallFuture, callSoon } from "./calls.js";

/** Puts queues in the place of what stands for them. */
export function receiveQueues(args: unknown[]): void {
  for (const [index, arg] of args.entries()) {
    const number = (arg as Partial<SentQueue> | null | undefined)?.["tsyncio:queue"];
    if (number !== undefined) args[index] = new RemoteQueue(number);
  }
}

/** A queue of the main thread's, in a worker. */
class RemoteQueue implements QueueProxy<unknown> {
  readonly #number: number;

  constructor(number: number) {
    this.#number = number;
  }

  /** The item is ours in the step in which the wait ends, and not before: a cancellation that comes in between gives it back. */
  readonly get = coroutine(function* get(this: RemoteQueue): CoroutineGenerator<unknown> {
    const call = new GetFuture([this.#number, "get"], []);
    try {
      const item = yield* call;
      call.answer(TAKEN);
      return item;
    } finally {
      call.answer(GIVEN_BACK);
    }
  });

  /** A cancellation that comes too late leaves the item in the queue, and the task with its cancellation. */
  readonly put = coroutine(function* put(this: RemoteQueue, item: unknown): CoroutineGenerator<void> {
    const call = new ConfirmedFuture([this.#number, "put"], [item]);
    try {
      yield* call;
    } catch (error) {
      if (!call.succeeded) throw error;
      call.isCancelling = true;
    }
    if (call.isCancelling) currentStrand("put()").scope.cancelAgain();
  });

  readonly join = coroutine(function* join(this: RemoteQueue): CoroutineGenerator<void> {
    yield* new CallFuture([this.#number, "join"], []);
  });

  taskDone(): void {
    this.#callSoon("taskDone");
  }

  shutdown(immediate: boolean = false): void {
    this.#callSoon("shutdown", immediate);
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown, undefined, unknown> {
    return { next: () => this.#next() };
  }

  readonly #next = coroutine(function* next(this: RemoteQueue): CoroutineGenerator<IteratorResult<unknown, undefined>> {
    try {
      return { done: false, value: yield* this.get() };
    } catch (error) {
      if ((error as Error | null)?.name === "QueueShutDown") return { done: true, value: undefined };
      throw error;
    }
  });

  #callSoon(method: QueueMethod, ...args: unknown[]): void {
    callSoon([this.#number, method], args);
  }
}

/** A call that is cancelled when the loop says so: only then it is known what became of it. */
class ConfirmedFuture extends CallFuture {
  /** Whether it was cancelled, and the loop has not answered, or too late. */
  isCancelling = false;
  /** Whether the loop has done what was asked for. */
  succeeded = false;
  #reason: unknown = undefined;

  override cancel(reason?: unknown): boolean {
    if (this.done()) return false;
    if (!this.job.calls?.has(this.id)) return super.cancel(reason);
    this.isCancelling = true;
    this.#reason = reason;
    this.postCancel(reason);
    return true;
  }

  override ended(reply: Reply): void {
    if (reply[0] === CANCELLED && this.isCancelling) {
      this.isCancelling = false;
      super.ended([CANCELLED, this.#reason]);
    } else {
      this.succeeded = reply[0] === FULFILLED;
      super.ended(reply);
    }
  }
}

class GetFuture extends ConfirmedFuture {
  /** Whether the loop has sent an item that it has no word of yet. */
  #isOpen = false;

  /** An item that comes after the cancellation goes back, before anything else is asked for: the order is kept. */
  override ended(reply: Reply): void {
    this.#isOpen = reply[0] === FULFILLED;
    if (!this.isCancelling || !this.#isOpen) {
      super.ended(reply);
      return;
    }
    this.answer(GIVEN_BACK);
    super.ended([CANCELLED, undefined]);
  }

  answer(word: typeof TAKEN | typeof GIVEN_BACK): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.context.post([this.job.id, word, this.id]);
  }
}
