import { type Joinable, type LoopContract, loopForNew, type ResultOf, type Waiter } from "@tsyncio/contract";
import { Future, failureOf, makeCancelledError } from "@tsyncio/futures";
import { splitArguments } from "./arguments.js";
import { ensureEach } from "./ensure-future.js";

/** How {@link gather} treats errors. */
export interface GatherOptions {
  /** Puts errors, cancellations included, among the results. */
  returnExceptions?: boolean | undefined;
}

type Results<S extends readonly unknown[]> = { -readonly [K in keyof S]: ResultOf<S[K]> };
type ResultsOrErrors<S extends readonly unknown[]> = { -readonly [K in keyof S]: ResultOf<S[K]> | Error };

/**
 * Waits for all, and gives their results in the order of the arguments (`asyncio.gather`): `gather(a, b)`, or
 * `gather([a, b], { returnExceptions: true })`. Coroutines and functions become tasks. The first error ends the wait; the
 * others go on. Cancelling the future of `gather` cancels all; one that is cancelled by itself counts as one that failed.
 */
export function gather<const S extends readonly Joinable<unknown>[]>(...sources: S): Future<Results<S>>;
export function gather<const S extends readonly Joinable<unknown>[]>(
  sources: S,
  options?: GatherOptions & { returnExceptions?: false | undefined },
): Future<Results<S>>;
export function gather<const S extends readonly Joinable<unknown>[]>(
  sources: S,
  options: GatherOptions,
): Future<ResultsOrErrors<S>>;
export function gather<T>(
  sources: Iterable<Joinable<T>>,
  options?: GatherOptions & { returnExceptions?: false | undefined },
): Future<T[]>;
export function gather<T>(sources: Iterable<Joinable<T>>, options: GatherOptions): Future<(T | Error)[]>;
export function gather(...args: unknown[]): Future<unknown> {
  const [sources, options] = splitArguments<GatherOptions>("gather", args, { returnExceptions: true });
  const children = ensureEach(sources as Iterable<Joinable<unknown>>);
  const loop = children[0]?.getLoop() ?? loopForNew();
  return new GatheringFuture(loop, children, options.returnExceptions === true);
}

/** What {@link gather} returns: done when its children are, and cancelled by cancelling them. */
class GatheringFuture extends Future<unknown[]> {
  readonly #children: readonly Future<unknown>[];
  readonly #returnExceptions: boolean;
  /** How many children are not done. */
  #left: number;
  #cancelRequested = false;

  constructor(loop: LoopContract, children: readonly Future<unknown>[], returnExceptions: boolean) {
    super({ loop });
    this.#children = children;
    this.#returnExceptions = returnExceptions;
    // A child given twice tells twice, at once: it counts as often as it stands in the list.
    this.#left = children.length;
    if (children.length === 0) this.finish([]);
    const done: Future<unknown>[] = [];
    for (const child of children) {
      if (child.done()) done.push(child);
      else child.addWaiter(new ChildWaiter(loop, this, child));
    }
    for (const child of done) this.childDone(child);
  }

  /** Cancels the children. The future itself is done when they are. */
  override cancel(reason?: unknown): boolean {
    if (this.done()) return false;
    let cancelled = false;
    for (const child of this.#children) if (child.cancel(reason)) cancelled = true;
    if (cancelled) this.#cancelRequested = true;
    return cancelled;
  }

  childDone(child: Future<unknown>): void {
    this.#left--;
    if (this.done()) {
      if (!child.cancelled()) child.exception();
      return;
    }
    if (!this.#returnExceptions) {
      const failure = failureOf(child);
      if (failure !== null) {
        this.fail(failure.error);
        return;
      }
    }
    if (this.#left > 0) return;
    if (this.#cancelRequested) this.fail(cancellationOf(this.#children.at(-1) as Future<unknown>));
    else this.finish(this.#children.map(resultOrError));
  }
}

/** Tells a gathering future of a child. */
class ChildWaiter implements Waiter {
  readonly loop: LoopContract;
  readonly #outer: GatheringFuture;
  readonly #child: Future<unknown>;

  constructor(loop: LoopContract, outer: GatheringFuture, child: Future<unknown>) {
    this.loop = loop;
    this.#outer = outer;
    this.#child = child;
  }

  run(): void {
    this.#outer.childDone(this.#child);
  }

  toString(): string {
    return "gather()";
  }
}

/** The `CancelledError` of a future: the first who asks a task gets the one that ended it. One that is not cancelled gives a new one. */
function cancellationOf(future: Future<unknown>): unknown {
  const failure = future.cancelled() ? failureOf(future) : null;
  return failure === null ? makeCancelledError(future.cancelReason()) : failure.error;
}

function resultOrError(future: Future<unknown>): unknown {
  if (future.cancelled()) return makeCancelledError(future.cancelReason());
  const failure = failureOf(future);
  return failure === null ? future.result() : failure.error;
}
