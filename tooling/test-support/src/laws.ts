import type { Awaitable, Body, CoroutineGenerator, ResultOf } from "@tsyncio/contract";
import { it } from "vitest";
import { type World, worldOf } from "./world.ts";

/** What a script hands to whoever runs it: something to wait for. */
export interface Wait {
  readonly awaitable: unknown;
}

/** The body of a coroutine in a syntax of its own, `yield* on(awaitable)`, which is run as either kind. */
export type Script<T> = Generator<Wait, T, unknown>;

/** Waits for `awaitable` in a {@link Script}: by `yield*` in one kind, by `await` in the other. */
export function* on<X>(awaitable: X): Generator<Wait, ResultOf<X>, unknown> {
  return (yield { awaitable }) as ResultOf<X>;
}

/** One of the two ways to write a coroutine. */
export interface Kind {
  readonly name: "generator" | "async";
  /** Makes a coroutine function of this kind, which runs `script`. */
  define<A extends unknown[], T>(script: (...args: A) => Script<T>, name?: string): Body<A, T>;
}

/** What the script of a law gets. */
export interface LawTools extends World {
  readonly kind: Kind["name"];
  /** Makes a coroutine function of the kind that the law is tried with. */
  readonly fn: Kind["define"];
}

type Define = <A extends unknown[], T>(fn: (...args: A) => CoroutineGenerator<T>) => (...args: A) => Awaitable<T>;
type Law = (tools: LawTools) => Script<void>;

export interface Laws {
  /** A test for each kind of coroutine: `script` runs as main on a virtual loop, which must be left clean. */
  (name: string, script: Law, options?: Parameters<typeof worldOf>[0]): void;
  readonly kinds: readonly Kind[];
}

/** The laws of a package, whose generator coroutines are made by `coroutine`. */
export function laws(coroutine: Define): Laws {
  const kinds: readonly Kind[] = [
    {
      name: "generator",
      define: (script, name = script.name) => named(name, coroutine(named(name, asGenerator(script)))),
    },
    { name: "async", define: (script, name = script.name) => named(name, asAsync(script)) },
  ];
  const both = (name: string, script: Law, options?: Parameters<typeof worldOf>[0]) => {
    for (const kind of kinds) {
      it(`${name} (${kind.name})`, async () => {
        const world = worldOf(options);
        const main = kind.define(() => script({ ...world, kind: kind.name, fn: kind.define }), "main");
        await world.loop.runUntilComplete(main);
        world.leave();
      });
    }
  };
  return Object.assign(both, { kinds });
}

function asGenerator<A extends unknown[], T>(script: (...args: A) => Script<T>) {
  return function* (...args: A): CoroutineGenerator<T> {
    const steps = script(...args);
    let ended = false;
    try {
      let step = steps.next();
      while (!step.done) {
        let sent: unknown;
        try {
          sent = yield* step.value.awaitable as Awaitable<unknown>;
        } catch (error) {
          step = steps.throw(error);
          continue;
        }
        step = steps.next(sent);
      }
      ended = true;
      return step.value;
    } catch (error) {
      ended = true;
      throw error;
    } finally {
      // Closed from outside: the script's own `finally` blocks run too.
      if (!ended) steps.return(undefined as T);
    }
  };
}

function asAsync<A extends unknown[], T>(script: (...args: A) => Script<T>) {
  return async (...args: A): Promise<T> => {
    const steps = script(...args);
    let step = steps.next();
    while (!step.done) {
      let sent: unknown;
      try {
        sent = await step.value.awaitable;
      } catch (error) {
        step = steps.throw(error);
        continue;
      }
      step = steps.next(sent);
    }
    return step.value;
  };
}

function named<F extends object>(name: string, fn: F): F {
  return Object.defineProperty(fn, "name", { value: name, configurable: true });
}
