import { createServer } from "node:http";
import type { CoroutineGenerator } from "@tsyncio/contract";
import type { Future } from "@tsyncio/futures";
import {
  type AsCompleted,
  asCompleted,
  asTask,
  type Coroutine,
  coroutine,
  createTask,
  ensureFuture,
  forEach,
  gather,
  outsideTask,
  race,
  shield,
  type Task,
  taskGroup,
  wait,
  withContext,
} from "@tsyncio/tasks";
import { describe, expectTypeOf, it } from "vitest";

// Nothing here runs: what is tested is that it compiles, and that what is marked does not.
declare const text: Coroutine<string>;
declare const count: Future<number>;
declare const task: Task<boolean>;
declare const promise: Promise<Date>;
declare const generator: CoroutineGenerator<bigint>;
declare const strings: Coroutine<string>[];
declare const flag: boolean;

const never = (_: () => unknown) => {};

describe("coroutine functions", () => {
  it("keep parameters, result and this", () => {
    never(() => {
      const add = coroutine(function* (a: number, b: string, ...rest: boolean[]) {
        yield* count;
        return `${a}${b}${rest}`;
      });
      expectTypeOf(add).parameters.toEqualTypeOf<[a: number, b: string, ...rest: boolean[]]>();
      expectTypeOf(add(1, "x", true)).toEqualTypeOf<Coroutine<string>>();
      // @ts-expect-error The second argument is a string.
      add(1, 2);

      class Account {
        balance = 0;
        withdraw = coroutine(function* (this: Account, amount: number) {
          yield* count;
          this.balance -= amount;
          return this.balance;
        });
      }
      expectTypeOf(new Account().withdraw(1)).toEqualTypeOf<Coroutine<number>>();
      const { withdraw } = new Account();
      // @ts-expect-error It is called without its object.
      withdraw(1);
    });
  });

  it("take generator functions only", () => {
    never(() => {
      // @ts-expect-error An async function needs no coroutine().
      coroutine(async () => 1);
      // @ts-expect-error It returns a number.
      coroutine(() => 1);
    });
  });

  it("give what yield* and await give the right type to", () => {
    never(() =>
      coroutine(function* () {
        expectTypeOf(yield* text).toEqualTypeOf<string>();
        expectTypeOf(yield* count).toEqualTypeOf<number>();
        expectTypeOf(yield* task).toEqualTypeOf<boolean>();
        yield;
        // @ts-expect-error A promise is awaited by yield* fromPromise(promise).
        yield* promise;
      }),
    );
    never(async () => {
      expectTypeOf(await text).toEqualTypeOf<string>();
      expectTypeOf(await count).toEqualTypeOf<number>();
      expectTypeOf(await task).toEqualTypeOf<boolean>();
    });
  });

  it("a forgotten await shows in the types", () => {
    never(async () => {
      // @ts-expect-error A coroutine is no string.
      text.length;
      // @ts-expect-error Nor is it one in a calculation.
      void (count + 1);
      const wrong = async function* () {
        // @ts-expect-error An async generator can't take it by yield*.
        yield* text;
      };
      void wrong;
      // @ts-expect-error Nor can for await.
      for await (const each of count) void each;
    });
  });

  it("coroutines, futures and tasks fit where a promise does", () => {
    expectTypeOf<Coroutine<string>>().toExtend<Promise<string>>();
    expectTypeOf<Future<string>>().toExtend<Promise<string>>();
    expectTypeOf<Task<string>>().toExtend<Future<string>>();
    never(async () => {
      expectTypeOf(await Promise.all([text, count, task])).toEqualTypeOf<[string, number, boolean]>();
      expectTypeOf(text.then((value) => value.length)).toEqualTypeOf<Promise<number>>();
      expectTypeOf(text.catch(() => null)).toEqualTypeOf<Promise<string | null>>();
      expectTypeOf(text.finally(() => {})).toEqualTypeOf<Promise<string>>();
      text.catch((error: Error) => error.message);
      count.then(null, (error: NodeJS.ErrnoException) => error.code);
    });
  });
});

describe("createTask", () => {
  it("infers the result of all that can be started", () => {
    never(() => {
      expectTypeOf(createTask(text)).toEqualTypeOf<Task<string>>();
      expectTypeOf(createTask(generator)).toEqualTypeOf<Task<bigint>>();
      expectTypeOf(createTask(async () => 1)).toEqualTypeOf<Task<number>>();
      expectTypeOf(createTask(() => count)).toEqualTypeOf<Task<number>>();
      expectTypeOf(createTask(() => promise)).toEqualTypeOf<Task<Date>>();
      const made = createTask(function* () {
        return yield* text;
      });
      expectTypeOf(made).toEqualTypeOf<Task<string>>();
      expectTypeOf(createTask(coroutine(function* () {}))).toEqualTypeOf<Task<void>>();
      never(() =>
        taskGroup(async (tg) => {
          expectTypeOf(tg.createTask(text, { name: "t" })).toEqualTypeOf<Task<string>>();
        }),
      );
    });
  });

  it("refuses what runs already, and functions that want arguments", () => {
    never(() => {
      // @ts-expect-error A promise runs already.
      createTask(promise);
      // @ts-expect-error So does a future.
      createTask(count);
      // @ts-expect-error So does a task.
      createTask(task);
      // @ts-expect-error The call of an async function is a promise.
      createTask((async () => 1)());
      // @ts-expect-error It would be called without its argument.
      createTask(async (url: string) => url);
      // @ts-expect-error It returns nothing to wait for.
      createTask(() => 1);
      // @ts-expect-error There is no such option.
      createTask(text, { nmae: "typo" });
    });
  });
});

describe("gather", () => {
  it("infers tuples from arguments, also of mixed kinds", () => {
    never(async () => {
      const results = await gather(
        text,
        count,
        task,
        promise,
        generator,
        async () => null,
        () => text,
      );
      expectTypeOf(results).toEqualTypeOf<[string, number, boolean, Date, bigint, null, string]>();
      const [a, b] = await gather(
        coroutine(function* () {
          return 1 as const;
        })(),
        text,
      );
      expectTypeOf(a).toEqualTypeOf<1>();
      expectTypeOf(b).toEqualTypeOf<string>();
      expectTypeOf(await gather()).toEqualTypeOf<[]>();
      expectTypeOf(await gather(...strings)).toEqualTypeOf<string[]>();
    });
    never(() =>
      coroutine(function* () {
        expectTypeOf(yield* gather(text, count)).toEqualTypeOf<[string, number]>();
      }),
    );
  });

  it("infers tuples from lists, and arrays from other iterables", () => {
    never(async () => {
      expectTypeOf(await gather([text, count])).toEqualTypeOf<[string, number]>();
      expectTypeOf(await gather([text, count], {})).toEqualTypeOf<[string, number]>();
      expectTypeOf(await gather(strings)).toEqualTypeOf<string[]>();
      expectTypeOf(await gather(new Set(strings))).toEqualTypeOf<string[]>();
      expectTypeOf(await gather(strings.map((each) => () => each))).toEqualTypeOf<string[]>();
    });
  });

  it("says that errors may be among the results", () => {
    never(async () => {
      const mixed = await gather([text, count], { returnExceptions: true });
      expectTypeOf(mixed).toEqualTypeOf<[string | Error, number | Error]>();
      expectTypeOf(await gather(new Set(strings), { returnExceptions: true })).toEqualTypeOf<(string | Error)[]>();
      expectTypeOf(await gather([text, count], { returnExceptions: false })).toEqualTypeOf<[string, number]>();
      expectTypeOf(await gather([text, count], { returnExceptions: flag })).toEqualTypeOf<
        [string | Error, number | Error]
      >();
      expectTypeOf(await gather(new Set(strings), { returnExceptions: flag })).toEqualTypeOf<(string | Error)[]>();
    });
  });

  it("refuses options after awaitables, and what can't be awaited", () => {
    never(() => {
      // @ts-expect-error Write gather([text], options).
      gather(text, { returnExceptions: true });
      // @ts-expect-error Write gather([text, count], options).
      gather(text, count, { returnExceptions: true });
      // @ts-expect-error A number is no awaitable.
      gather(1);
      // @ts-expect-error Nor is it one in a list.
      gather([text, 1]);
      // @ts-expect-error There is no such option.
      gather([text], { returnErrors: true });
    });
  });
});

describe("race, wait, shield, asCompleted, ensureFuture", () => {
  it("infer their results", () => {
    never(async () => {
      expectTypeOf(await race(text, count)).toEqualTypeOf<string | number>();
      expectTypeOf(await race([text, async () => true])).toEqualTypeOf<string | boolean>();
      expectTypeOf(await race(new Set(strings))).toEqualTypeOf<string>();
      // @ts-expect-error race() takes no options.
      race([text], {});

      const [done, pending] = await wait([task]);
      expectTypeOf(done).toEqualTypeOf<Set<Task<boolean>>>();
      expectTypeOf(pending).toEqualTypeOf<Set<Task<boolean>>>();
      const [ready] = await wait([text, task], { timeout: "1s", returnWhen: "FIRST_COMPLETED" });
      expectTypeOf(ready).toEqualTypeOf<Set<Future<string> | Task<boolean>>>();
      // @ts-expect-error wait() takes a list.
      wait(task);
      // @ts-expect-error A delay says its unit.
      wait([task], { timeout: "1 second" });

      expectTypeOf(shield(text)).toEqualTypeOf<Future<string>>();
      expectTypeOf(shield(() => count)).toEqualTypeOf<Future<number>>();
      expectTypeOf(asCompleted([text, count])).toEqualTypeOf<AsCompleted<string | number>>();
      for (const next of asCompleted(strings)) expectTypeOf(await next).toEqualTypeOf<string>();
      for await (const each of asCompleted(strings)) expectTypeOf(each).toEqualTypeOf<{ task: Future<string> }>();
      expectTypeOf(ensureFuture(text)).toEqualTypeOf<Future<string>>();
      expectTypeOf(ensureFuture(promise)).toEqualTypeOf<Future<Date>>();
    });
  });
});

describe("taskGroup, forEach, withContext, asTask, outsideTask", () => {
  it("infer from their bodies", () => {
    never(async () => {
      expectTypeOf(await taskGroup(async () => 5)).toEqualTypeOf<number>();
      const result = await taskGroup(function* (tg) {
        const inner = tg.createTask(text);
        return yield* inner;
      });
      expectTypeOf(result).toEqualTypeOf<string>();
      forEach([1, 2], async (n) => expectTypeOf(n).toEqualTypeOf<number>());
      forEach(new Map([["k", 1]]), async ([key, value]) => {
        expectTypeOf(key).toEqualTypeOf<string>();
        expectTypeOf(value).toEqualTypeOf<number>();
      });
      forEach(asCompleted(strings), function* ({ task: ended }) {
        expectTypeOf(yield* ended).toEqualTypeOf<string>();
      });
      expectTypeOf(withContext({ run: (fn, self) => fn.call(self as never) }, () => text)).toEqualTypeOf<
        Coroutine<string>
      >();
      const handler = asTask(async (id: number, name: string) => `${id}${name}`);
      expectTypeOf(handler).parameters.toEqualTypeOf<[id: number, name: string]>();
      expectTypeOf(handler(1, "x")).toEqualTypeOf<Task<string>>();
      expectTypeOf(outsideTask(() => 5)).toEqualTypeOf<number>();
      const server = createServer();
      server.on(
        "request",
        asTask(async (request, response) => {
          response.end(request.url);
        }),
      );
      taskGroup(async (tg) => {
        process.on(
          "exit",
          tg.asTask(async (code) => {
            expectTypeOf(code).toEqualTypeOf<number>();
          }),
        );
      });
      // @ts-expect-error A body gives something to wait for.
      taskGroup(() => 5);
      // @ts-expect-error forEach takes iterables.
      forEach(5, async () => {});
    });
  });
});
