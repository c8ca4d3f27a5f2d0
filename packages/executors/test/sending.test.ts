import { MessageChannel, type MessagePort } from "node:worker_threads";
import { ValueError } from "@tsyncio/contract";
import {
  ProcessPoolExecutor,
  queueProxy,
  type RemoteModule,
  remote,
  ThreadPoolExecutor,
  toThread,
  transfer,
} from "@tsyncio/executors";
import { Queue } from "@tsyncio/sync";
import { describe, expect, expectTypeOf, test } from "vitest";
import { failureOf, kinds, sharedPool } from "./support.ts";
import { add, echo, giveAway, increment, sum } from "./work/functions.ts";

type Work = typeof import("./work/functions.ts");
const work = new URL("./work/functions.ts", import.meta.url);

const outside = 5;

describe("remote", () => {
  const pool = sharedPool(ThreadPoolExecutor);

  test("gives the functions of a module, with their types", async () => {
    const { add, addLater } = remote<Work>(work);
    expectTypeOf(add).toEqualTypeOf<Work["add"]>();
    expectTypeOf<RemoteModule<Work>>().not.toHaveProperty("secret");
    expect(await pool.submit(add, 1, 2)).toBe(3);
    expect(await pool.submit(addLater, 1, 2)).toBe(3);
  });

  test("gives a function by its name", async () => {
    expect(await pool.submit(remote<typeof add>(work, "add"), 1, 2)).toBe(3);
    expect(await pool.submit(remote<Work, "add">(work.href, "add"), 1, 2)).toBe(3);
    // @ts-expect-error: no such export
    expect(() => remote<Work, "ad">(work, "ad")).toThrow(ValueError);
  });

  test("gives functions of Node's modules", async () => {
    const zlib = remote<typeof import("node:zlib")>("node:zlib");
    const packed = await pool.submit(zlib.deflateSync as (text: string) => Uint8Array, "x".repeat(1000));
    expect(packed.length).toBeLessThan(100);
  });

  test("a module or an export that is not there is an error at the call", () => {
    const missing = new URL("./work/no-such-module.ts", import.meta.url);
    expect(() => remote(missing, "add")).toThrow(new ValueError(`there is no module ${missing}`));
    expect(() => remote(work, "subtract")).toThrow(new ValueError(`${work} does not export "subtract"`));
    expect(() => remote<Work>(work)["subtract" as "add"]).toThrow(`${work} does not export "subtract"`);
    expect(() => remote(work, function notExported() {})).toThrow('does not export "notExported"');
    expect(() => remote("node:zlib", "noSuch")).toThrow('node:zlib exports no function "noSuch"');
    expect(() => remote("./work.js", "add")).toThrow('a URL such as import.meta.url was expected, got "./work.js"');
    expect(() => remote(5 as never, "add")).toThrow("a URL such as import.meta.url was expected, got 5");
    expect(() => remote(import.meta.url, () => {})).toThrow(
      "remote() takes exported functions, and this one has no name",
    );
    expect(() => remote(import.meta.url, 5 as never)).toThrow(TypeError);
  });

  test("what only shows when the module is loaded is an error of the job", async () => {
    const error = await failureOf(pool.submit(remote(work, "secret")));
    expect(String(error)).toMatch(/RuntimeError: .*functions.ts exports no function "secret"; it exports .*add/);
    const broken = new URL(
      `data:text/javascript,${encodeURIComponent("export const f = () => 1; throw new Error('at load')")}`,
    );
    expect(await failureOf(pool.submit(remote(broken, "f")))).toEqual(new Error("at load"));
    expect(await failureOf(pool.submit(remote(broken, "f")))).toEqual(new Error("at load"));
  });

  test("a reference by name is for executors, not for calls", () => {
    expect(() => remote<typeof add>(work, "add")(1, 2)).toThrow(`add of ${work} is for an executor to run`);
  });
});

describe.each(kinds)("a function that stands alone, sent to $kind", ({ Executor }) => {
  const pool = sharedPool(Executor);

  test("runs there, be it an arrow, a function, an async function or a generator function", async () => {
    expect(await pool.submit((a: number, b: number) => a ** b, 5, 2)).toBe(25);
    expect(await pool.submit(async ([a]: number[]) => (a ?? 0) + 1, [1])).toBe(2);
    expect(
      await pool.submit(function* (n: number) {
        yield;
        return n;
      }, 3),
    ).toBe(3);
    expect(
      await pool.submit(function fib(n: number): number {
        return n < 2 ? n : fib(n - 1) + fib(n - 2);
      }, 10),
    ).toBe(55);
  });

  test("may use what every worker has", async () => {
    expect(await pool.submit((text: string) => JSON.stringify({ length: Buffer.from(text).length }), "ä")).toBe(
      '{"length":2}',
    );
    const hash = (text: string) => process.getBuiltinModule("node:crypto").createHash("md5").update(text).digest("hex");
    expect(await pool.submit(hash, "")).toBe("d41d8cd98f00b204e9800998ecf8427e");
  });
});

describe("functions that can't be sent", () => {
  const pool = sharedPool(ThreadPoolExecutor);
  const refused = (fn: unknown) => {
    let message = "";
    for (const call of [() => pool.submit(fn as () => void), () => toThread(fn as () => void)]) {
      try {
        call();
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError);
        message = (error as Error).message;
      }
    }
    return message;
  };

  test("are refused at the submit, with what they use from outside", () => {
    const inner = 1;
    const uses = () => outside + inner + outside;
    expect(refused(uses)).toBe(
      'uses can\'t be sent to a worker: it uses "outside", "inner" from outside, which a worker does not have; pass it as an ' +
        "argument, or export it, and give remote(import.meta.url, …) instead",
    );
    expect(refused((x = outside) => x)).toContain('it uses "outside"');
    expect(refused(() => () => ({ outside }))).toContain('it uses "outside"');
    expect(refused(() => typeof outside)).toContain('it uses "outside"');
  });

  test("are refused with better advice when they use what modules have", async () => {
    expect(refused(Function("return () => require('fs')")())).toMatch(
      /it uses "require" .*; write await import\(…\) inside/,
    );
    const module = "data:text/javascript,export const here = () => import.meta.url";
    const { here } = (await import(module)) as { here: unknown };
    expect(refused(here)).toContain("here can't be sent to a worker: it uses import.meta from outside");
  });

  test("names of their own are no names from outside", async () => {
    const fn = (list: { outside: number }[]) => {
      const own = list.map(({ outside }) => outside);
      for (const outside of own) if (outside > 1) return { outside };
      try {
        throw 1;
      } catch (outside) {
        return outside;
      }
    };
    expect(await pool.submit(fn, [{ outside: 2 }])).toEqual({ outside: 2 });
  });

  test("are refused when they use the `this` of where they were written", () => {
    class Counter {
      n = 0;
      readonly arrow = () => this.n;
      method() {
        return 1;
      }
    }
    const counter = new Counter();
    expect(refused(counter.arrow)).toContain("it uses this from outside");
    expect(refused(counter.method)).toContain("method can't be sent to a worker: it is a method");
    expect(refused(Counter)).toContain("Counter can't be sent to a worker: it is a class");
  });

  test("are refused when they are native or bound", () => {
    expect(refused(Math.max)).toContain("max can't be sent to a worker: it is native or bound");
    expect(refused(add.bind(null, 1))).toContain("it is native or bound");
  });

  test("are refused when they are no functions at all", () => {
    expect(() => pool.submit(5 as never)).toThrow(new TypeError("a function was expected by submit(), got 5"));
    expect(() => toThread("hash" as never)).toThrow(new TypeError('a function was expected by toThread(), got "hash"'));
  });
});

describe.each(kinds)("arguments that can't be sent to $kind", ({ kind, Executor }) => {
  const pool = sharedPool(Executor);
  const refused = (value: unknown) => {
    expect(() => pool.submit(echo, value)).toThrow(TypeError);
    try {
      pool.submit(echo, value);
    } catch (error) {
      const start = `argument 1 of echo() can't be sent to a worker ${kind === "threads" ? "thread" : "process"}: `;
      const { message } = error as Error;
      expect(message.startsWith(start)).toBe(true);
      return message.slice(start.length);
    }
    throw new Error("it was taken");
  };

  test("are refused at the call, with the part that can't be sent", () => {
    expect(refused(() => 1)).toBe("it is a function");
    expect(refused(Symbol("s"))).toBe("it is a symbol");
    expect(refused({ list: [1, { onData: echo }] })).toBe(".list[1].onData is function echo");
    expect(refused(new Map([["key", { f() {} }]]))).toBe("an entry of it.f is function f");
    expect(refused({ "a b": Symbol("s") })).toBe('["a b"] is a symbol');
    expect(refused(new WeakMap())).toMatch(/could not be cloned/);
    expect(refused({ promise: Promise.resolve() })).toBe(".promise is a promise, which only the loop can await");
    expect(refused({ queue: new Queue() })).toBe(".queue is a queue: hand it over with queueProxy()");
    expect(refused([queueProxy(new Queue())])).toBe("[0] is a queue: only an argument of its own can be one");
    expect(refused(new AbortController().signal)).toContain("currentSignal() is aborted when the job is cancelled");
  });

  // As an argument it was a bare RangeError. As a result a thread's job never ended, and a process's took the whole program with it.
  test("are refused where they are nested too deeply to be read again, and so are results", async () => {
    const nest = (levels: number) => {
      let value: { inner?: object } = {};
      for (let level = 1; level < levels; level++) value = { inner: value };
      return value;
    };
    for (const levels of [1100, 2000, 100_000]) {
      expect(refused(nest(levels))).toBe("it has more than 1000 levels");
      const error = await failureOf(pool.submit(nest, levels));
      expect(String(error)).toMatch(
        /^TypeError: the result of nest can't be sent to .*: it has more than 1000 levels$/,
      );
    }
    expect(await pool.submit(echo, nest(1000))).toEqual(nest(1000));
  });

  // In a process they became empty objects.
  test("are refused where they would lose what they are", () => {
    const url = new URL("http://localhost/");
    expect(refused({ url })).toMatch(/^\.url: .*could not be cloned|^\.url: Cannot clone object of unsupported type/);
    if (kind === "processes") expect(refused(new Blob(["a"]))).toBe("it is an object of Blob, which bytes can't carry");
  });

  // It was found out too late: an executor of processes waited for the end of that job in its shutdown, for ever.
  test("are refused at the call when they are proxies, and the executor is none the worse", async () => {
    const proxy = new Proxy({ a: 1 }, {});
    await using one = new Executor(1);
    expect(() => one.submit(echo, { list: [proxy] })).toThrow(/: \.list\[0\] is a proxy$/);
    expect(await one.submit(add, 1, 2)).toBe(3);
  });

  test("nothing is begun by a submit that is refused", async () => {
    refused(() => 1);
    expect(await pool.submit(add, 1, 2)).toBe(3);
  });

  test("circles are no problem", async () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    const back = (await pool.submit(echo, circle)) as typeof circle;
    expect(back.self).toBe(back);
  });
});

describe("memory", () => {
  const pool = sharedPool(ThreadPoolExecutor);

  test("is copied, unless it is handed over", async () => {
    const bytes = new Uint8Array([1, 2, 3]);
    expect(await pool.submit(sum, bytes)).toBe(6);
    expect(bytes.length).toBe(3);
    expect(await pool.submit(sum, transfer(bytes))).toBe(6);
    expect(bytes.length).toBe(0);
  });

  test("is handed over at the submit by jobs that wait, too", async () => {
    await using one = new ThreadPoolExecutor(1);
    const first = one.submit(giveAway, 8);
    const bytes = new Uint8Array([1, 2, 3]);
    const job = one.submit(sum, transfer(bytes));
    expect(bytes.length).toBe(0);
    await first;
    expect(await job).toBe(6);
  });

  test("can be handed back as a result", async () => {
    const bytes = await pool.submit(giveAway, 1000);
    expect(bytes).toEqual(new Uint8Array(1000).fill(7));
  });

  test("that was handed over can't be sent again", () => {
    const { buffer } = transfer(new Uint8Array(4));
    const bytes = new Uint8Array(buffer);
    void pool.submit(sum, transfer(bytes));
    expect(() => pool.submit(sum, bytes)).toThrow("was handed over already");
    expect(() => transfer(bytes)).toThrow("an ArrayBuffer that was handed over already can't be transferred");
  });

  test("may be a part of what is handed over", async () => {
    const value = { pixels: new Uint8Array(4), name: "x" };
    expect(await pool.submit(echo, transfer(value, [value.pixels.buffer]))).toEqual({
      pixels: new Uint8Array(4),
      name: "x",
    });
    expect(value.pixels.length).toBe(0);
  });

  test("can be shared with threads", async () => {
    const shared = new Int32Array(new SharedArrayBuffer(4));
    await Promise.all(Array.from({ length: 20 }, () => pool.submit(increment, shared)));
    expect(shared[0]).toBe(20);
  });

  test("can't be shared with processes", async () => {
    await using processes = new ProcessPoolExecutor(1);
    const shared = new Int32Array(new SharedArrayBuffer(4));
    expect(() => processes.submit(increment, shared)).toThrow("it is shared memory, which processes can't share");
  });

  test("a port is handed over, and can't be copied", async () => {
    const { port1, port2 } = new MessageChannel();
    const post = (port: MessagePort) => port.postMessage("hello");
    expect(() => pool.submit(post, port2)).toThrow("it is an object of MessagePort: hand it over with transfer()");
    const got = new Promise((resolve) => {
      port1.once("message", resolve);
    });
    await pool.submit(post, transfer(port2));
    expect(await got).toBe("hello");
    port1.close();
  });

  test("what can't be handed over is refused by transfer()", () => {
    expect(() => transfer(5 as never)).toThrow(new TypeError("transfer() takes an object, got 5"));
    expect(() => transfer({})).toThrow("only ArrayBuffers, ports and streams can be transferred, got an object");
    expect(() => transfer(new SharedArrayBuffer(4))).toThrow("shared memory is not handed over");
    expect(() => transfer({}, 5 as never)).toThrow("list must be an array, got 5");
  });
});

test("a module that submits jobs while a worker loads it is refused there, or each worker would start workers", async () => {
  await using pool = new ThreadPoolExecutor(1);
  const { again } = await import("./work/recursive.ts");
  expect(String(await failureOf(pool.submit(again)))).toMatch(
    /^RuntimeError: a worker loads .*recursive.ts, which submits a job while it is loaded: functions for workers belong in a file of their own/,
  );
});

// Its job never ended.
test("what a thread sent and can't be read here ends its job, and the next one has another thread", async () => {
  await using pool = new ThreadPoolExecutor(1, { resourceLimits: { stackSizeMb: 32 } });
  const chain = (length: number) => {
    let error = new Error("the first");
    for (let i = 1; i < length; i++) error = Object.assign(new Error("", { cause: error }), { stack: "" });
    return error;
  };
  expect(String(await failureOf(pool.submit(chain, 20_000)))).toMatch(
    /^BrokenWorkerError: the worker of chain\(\) ended: what it sent can't be read: /,
  );
  expect(await pool.submit(add, 1, 2)).toBe(3);
});
