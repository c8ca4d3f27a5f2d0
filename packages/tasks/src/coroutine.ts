import {
  type Awaitable,
  CALL,
  type Call,
  type CoroutineFrame,
  type CoroutineGenerator,
  describe,
  type ErrorHandler,
  isCall,
  loopForNew,
  RuntimeError,
  type ScopeContract,
  type Sink,
  type Suspension,
} from "@tsyncio/contract";
import { observe } from "@tsyncio/futures";
import { noteUse, type Watch, warnOfSharedTask, watchForAwait } from "./never-awaited.js";
import { currentScope } from "./scope-cells.js";

/**
 * NEW ──yield*──▶ OFFERED ──its task opens it──▶ INLINE ──its task takes the result──▶ ENDED
 *  ├───root of a task, or await──▶ ROOT                                                ▲
 *  └───close()─────────────────────────────────────────────────────────────────────────┘
 */
const NEW = 0;
const OFFERED = 1;
const INLINE = 2;
const ROOT = 3;
const ENDED = 4;

/**
 * A coroutine object: lazy (nothing runs until it is awaited or made a task) and for one use. `yield*` and, in an async function,
 * `await` run it inline in the current task; `await` outside any task makes it a task.
 */
export class Coroutine<T> implements Awaitable<T>, Call<T> {
  declare readonly "@@tsyncio": typeof CALL;
  static {
    Object.defineProperty(this.prototype, "@@tsyncio", { value: CALL });
    Object.defineProperty(this.prototype, Symbol.for("nodejs.util.inspect.custom"), {
      value(this: Coroutine<unknown>) {
        return this.toString();
      },
    });
  }

  /** What stack traces call it. */
  readonly name: string;
  /** Who called it, while it is on the stack of a task. Kept by that task. */
  caller: Call | null = null;
  /** The duties of an iterator result: `yield*` hands the coroutine itself to the task, and gets back what the task sends. */
  protected done = false;
  protected value: unknown = this;
  readonly #frame: CoroutineFrame<T>;
  #watch: Watch | null = null;
  #state = NEW;

  constructor(frame: CoroutineFrame<T>, name: string) {
    this.#frame = frame;
    this.name = name;
    watchForAwait(this);
  }

  get [Symbol.toStringTag](): string {
    return "Coroutine";
  }

  get frame(): CoroutineFrame<T> {
    return this.#frame;
  }

  isUsed(): boolean {
    return this.#state !== NEW;
  }

  /** Notes that a warning waits for it to be collected unused. */
  watch(watch: Watch): void {
    this.#watch = watch;
  }

  get source(): string | null {
    return this.#watch?.source ?? null;
  }

  open(): CoroutineFrame<T> {
    if (this.#state > OFFERED) throw reused();
    this.#state = this.#state === OFFERED ? INLINE : ROOT;
    this.noteUse();
    return this.#frame;
  }

  /** Ends it without running it further: `finally` blocks run, as with `generator.return()`. Nothing happens when it has ended. */
  close(): void {
    this.#state = ENDED;
    this.noteUse();
    const result = this.#frame.return(undefined as T);
    if (!result.done) throw new RuntimeError("coroutine ignored close()");
  }

  [Symbol.iterator](): Iterator<Suspension, T, unknown> {
    return this as unknown as Iterator<Suspension, T, unknown>;
  }

  next(sent?: unknown): IteratorResult<unknown, T> {
    if (this.#state === NEW) {
      this.#state = OFFERED;
      return this as unknown as IteratorResult<unknown, T>;
    }
    if (this.#state === OFFERED)
      throw new RuntimeError(`${this} was driven by something that is no task: write yield*`);
    if (this.caller !== null) throw new RuntimeError("coroutine is being awaited already");
    if (this.#state !== INLINE) throw reused();
    return this.return(sent as T);
  }

  throw(error: unknown): never {
    this.#state = ENDED;
    throw error;
  }

  return(value: T): IteratorResult<unknown, T> {
    this.#state = ENDED;
    this.done = true;
    this.value = value;
    return this as unknown as IteratorResult<unknown, T>;
  }

  /** Runs it inline on behalf of the current task, or as a task of its own outside of any. */
  then<A = T, B = never>(
    onValue?: ((value: T) => A | PromiseLike<A>) | null,
    onError?: ErrorHandler<B> | null,
  ): Promise<A | B> {
    // The platform calls the handlers, in the async context of their registration.
    return new Promise<T>((resolve, reject) => {
      const sink: Sink<T> = { onValue: resolve, onError: reject };
      const scope = currentScope();
      if (scope !== null) {
        this.noteScope(scope);
        scope.runInline(this, sink);
      } else observe(loopForNew().createTask<T>(this), sink);
    }).then(onValue, onError);
  }

  catch<B = never>(onError?: ErrorHandler<B> | null): Promise<T | B> {
    return this.then(null, onError);
  }

  finally(onDone?: (() => void) | null): Promise<T> {
    return this.then<T>().finally(onDone);
  }

  get [Symbol.asyncIterator](): () => never {
    throw new TypeError(`yield* of coroutine ${this.name} in an async generator: write await`);
  }

  toString(): string {
    return `<Coroutine ${this.name}>`;
  }

  /** Looks whether an async function may wait for it on behalf of `scope`. */
  protected noteScope(scope: ScopeContract): void {
    if (this.#watch !== null) warnOfSharedTask(this.#watch, scope);
  }

  /** Keeps the warning of a forgotten `await` from being given. */
  protected noteUse(): void {
    if (this.#watch !== null) noteUse(this.#watch);
  }
}

/** The error of a second use. */
export function reused(): RuntimeError {
  return new RuntimeError("cannot reuse already awaited coroutine (call the coroutine function again for a fresh one)");
}

/** What tells the functions that {@link coroutine} returned from others. */
const IS_COROUTINE_FUNCTION = Symbol.for("tsyncio.coroutine-function");

/**
 * Makes a generator function a coroutine function: what it returns is a {@link Coroutine}, for `yield*`, `await`, `createTask`.
 * `this` and the arguments are passed on. The counterpart of `async def`.
 */
export function coroutine<This, A extends unknown[], T>(
  fn: (this: This, ...args: A) => CoroutineGenerator<T>,
): (this: This, ...args: A) => Coroutine<T> {
  if (typeof fn !== "function") {
    throw new TypeError(`a generator function was expected by coroutine(), got ${describe(fn)}`);
  }
  const name = fn.name || "coroutine";
  const isSure = fn instanceof GeneratorFunction;
  function start(this: This, ...args: A): Coroutine<T> {
    const frame = fn.apply(this, args);
    if (!isSure && !isGenerator(frame)) {
      throw new TypeError(
        `coroutine() takes a generator function (function*), but ${name} returned ${describe(frame)}`,
      );
    }
    return new Coroutine(frame, name);
  }
  Object.defineProperty(start, "name", { value: name, configurable: true });
  Object.defineProperty(start, IS_COROUTINE_FUNCTION, { value: true });
  return start;
}

/** Whether `value` is a coroutine object, of any copy of this package (`asyncio.iscoroutine`). */
export function isCoroutine(value: unknown): value is Coroutine<unknown> {
  return isCall(value);
}

const GeneratorFunction = Object.getPrototypeOf(function* () {}).constructor as FunctionConstructor;
const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as FunctionConstructor;

/** Whether `value` is what {@link coroutine} returned, a generator function, or an async function (`asyncio.iscoroutinefunction`). */
export function isCoroutineFunction(value: unknown): boolean {
  return value instanceof AsyncFunction || givesCoroutine(value);
}

/** Whether calling `value` gives a coroutine or generator, and runs nothing yet. */
export function givesCoroutine(value: unknown): boolean {
  return typeof value === "function" && (value instanceof GeneratorFunction || IS_COROUTINE_FUNCTION in value);
}

/** Whether `value` is a generator object (or made like one). */
export function isGenerator(value: unknown): value is CoroutineGenerator<unknown> {
  const generator = value as Partial<CoroutineGenerator<unknown>> | null;
  return (
    typeof generator === "object" &&
    generator !== null &&
    typeof generator.next === "function" &&
    typeof generator.throw === "function" &&
    typeof generator.return === "function" &&
    typeof generator[Symbol.iterator] === "function" &&
    !isCall(value)
  );
}
