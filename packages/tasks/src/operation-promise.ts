import {
  type Call,
  type CoroutineFrame,
  registry,
  type ScopeContract,
  type StartableCoroutine,
  type Suspension,
} from "@tsyncio/contract";
import { reused } from "./coroutine.js";
import { keepSink, type NativeCaller, type Operation, rejectLatest, resolveLatest } from "./operation.js";
import { PromiseCoroutine } from "./promise-coroutine.js";

/**
 * An operation as a promise, for who awaits it in an async function. It is as lazy as the operation is, and begins when somebody asks for it: `await`,
 * `then` and `Promise.all` look at the constructor of a promise before anything else, and this one's looking at it is what begins it.
 *
 * An operation that is awaited as it is costs two more turns of the microtasks, and twice as many objects: the platform calls the `then` of what is
 * no promise in a turn of its own, with functions made for it.
 */
class OperationPromise<T> extends PromiseCoroutine<T> implements NativeCaller<T> {
  static {
    Object.defineProperty(this.prototype, "constructor", {
      get(this: OperationPromise<unknown>) {
        if (!this.hasBegun) this.begin();
        return Promise;
      },
    });
  }

  readonly onValue: (value: T) => void;
  readonly onError: (error: unknown) => void;
  scope: ScopeContract | null | undefined = undefined;
  private readonly operation: Operation<T>;
  private hasBegun = false;

  constructor(operation: Operation<T>) {
    super(keepSink);
    this.onValue = resolveLatest as (value: T) => void;
    this.onError = rejectLatest;
    this.operation = operation;
  }

  get name(): string {
    return this.operation.name;
  }

  get caller(): Call | null {
    return this.operation.caller;
  }
  set caller(caller: Call | null) {
    this.operation.caller = caller;
  }

  override get source(): string | null {
    return this.operation.source;
  }

  get frame(): CoroutineFrame<T> {
    return this.operation.frame;
  }

  open(): CoroutineFrame<T> {
    return this.operation.open();
  }

  [Symbol.iterator](): Iterator<Suspension, T, unknown> {
    return this.operation[Symbol.iterator]();
  }

  close(): void {
    this.operation.close();
  }

  private begin(): void {
    this.hasBegun = true;
    if (this.operation.isUsed()) this.onError(reused());
    else this.operation.tellNative(this);
  }
}

/** `operation` as who calls now awaits it soonest: a generator coroutine as it is, an async function as a promise. Each can await either. */
export function soonest<T>(operation: Operation<T>): StartableCoroutine<T> {
  return registry.stepping === null ? new OperationPromise(operation) : operation;
}
