import type {
  CallbackOptions,
  ExceptionContext,
  HandleContract,
  LoopContract,
  Runnable,
  TimerEntry,
} from "@tsyncio/contract";
import { newEventLoop } from "@tsyncio/loop";
import { newVirtualLoop, virtualHost } from "@tsyncio/loop/virtual";
import { runProgram } from "@tsyncio/test-support";
import { checkLoopContract } from "@tsyncio/testing";
import { describe, expect, test } from "vitest";
import { ToyLoop } from "./toy-loop.ts";

describe("the loop on this host", () => {
  checkLoopContract(() => newEventLoop(), { describe, test });
});

describe("the loop on a virtual clock", () => {
  checkLoopContract(() => newVirtualLoop(), { describe, test });
});

describe("another loop", () => {
  checkLoopContract(() => new ToyLoop(virtualHost()), { describe, test });
});

test("the loop on the web's host keeps the contract", async () => {
  // Without this function nothing tells that it is Node.
  const { code, stdout, stderr } = await runProgram(
    import.meta.dirname,
    `Object.defineProperty(process, "getBuiltinModule", { value: undefined });
    const { newEventLoop } = await import("@tsyncio/loop");
    const { checkLoopContract } = await import("@tsyncio/testing");
    const tests: [string, () => Promise<void>][] = [];
    const makeLoop = () => {
      const loop = newEventLoop();
      if (loop.host.name !== "web") throw new Error("it is not the web's host");
      return loop;
    };
    checkLoopContract(makeLoop, { describe: (_, suite) => suite(), test: (name, body) => tests.push([name, body]) });
    for (const [name, body] of tests) {
      try {
        await body();
      } catch (error) {
        throw new Error(name, { cause: error });
      }
    }
    console.log(tests.length > 40);
    // The message channel of the host holds the process.
    process.exit();`,
  );
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "true\n", stderr: "" });
});

test("the kit runs with node:test", async () => {
  const { code, stdout } = await runProgram(
    import.meta.dirname,
    `import { describe, test } from "node:test";
    import { newEventLoop } from "@tsyncio/loop";
    import { checkLoopContract } from "@tsyncio/testing";
    checkLoopContract(() => newEventLoop(), { describe, test });`,
    { args: ["--test-reporter=tap"] },
  );
  expect(stdout).toMatch(/# pass \d{2}\n# fail 0\n/);
  expect(code).toBe(0);
});

/** The first law that a loop breaks. */
async function brokenBy(makeLoop: () => LoopContract): Promise<string | null> {
  const bodies: [string, () => Promise<void>][] = [];
  checkLoopContract(makeLoop, {
    describe: (_, suite) => suite(),
    test: (name, body) => bodies.push([name, body]),
  });
  for (const [name, body] of bodies) {
    const holds = await body().then(
      () => true,
      () => false,
    );
    if (!holds) return name;
  }
  return null;
}

/** Loops that break the contract, each in one way. */
const violations: Record<string, new () => LoopContract> = {
  "runs the last callback first": class extends Toy() {
    override enqueue(runnable: Runnable): void {
      super.enqueue(runnable);
      this.ready.unshift(this.ready.pop() as Runnable);
    }
  },
  "runs at once what is given to callSoon()": class extends Toy() {
    override callSoon(callback: () => void, options?: CallbackOptions): HandleContract {
      if (!this.isRunning()) return super.callSoon(callback, options);
      callback();
      return super.callSoon(() => {});
    }
  },
  "runs what a callback adds in the same turn": class extends Toy() {
    protected override turnLength(): number {
      return super.turnLength() * 2;
    }
  },
  "forgets the async context": class extends Toy() {
    override callSoon(callback: () => void): HandleContract {
      return super.callSoon(callback, { context: null });
    }
  },
  "swallows the errors of callbacks": class extends Toy() {
    override callExceptionHandler(): void {}
  },
  "tells errors without the handle": class extends Toy() {
    override callExceptionHandler({ message, exception }: ExceptionContext): void {
      super.callExceptionHandler({ message, exception });
    }
  },
  "takes no notice of SystemExit": class extends Toy() {
    override abort(): void {}
  },
  "runs timers in the order they were made": class extends Toy() {
    protected override due(now: number): TimerEntry[] {
      return super.due(now).sort((a, b) => a.sequence - b.sequence);
    }
  },
  "runs timers with one deadline the other way round": class extends Toy() {
    protected override due(now: number): TimerEntry[] {
      return super.due(now).sort((a, b) => a.when() - b.when() || b.sequence - a.sequence);
    }
  },
  "runs timers too early": class extends Toy() {
    protected override due(now: number): TimerEntry[] {
      return super.due(now + 0.002);
    }
  },
  "runs timers that were cancelled": class extends Toy() {
    protected override due(now: number): TimerEntry[] {
      return this.timers.filter((timer) => timer.when() <= now);
    }
    override timerCancelled(timer: TimerEntry): void {
      if (!timer.cancelled()) super.timerCancelled(timer);
    }
  },
  "puts due timers first": class extends Toy() {
    readonly #all = new Set<Runnable>();
    override addTimer(timer: TimerEntry): void {
      this.#all.add(timer);
      super.addTimer(timer);
    }
    protected override turnLength(): number {
      const isTimer = (each: Runnable) => this.#all.has(each);
      this.ready = [...this.ready.filter(isTimer), ...this.ready.filter((each) => !isTimer(each))];
      return super.turnLength();
    }
  },
  "does not let native code run between callbacks": class extends Toy() {
    #hops = 0;
    protected override drain(step: () => void): void {
      if (this.#hops++ % 40 === 0) super.drain(step);
      else queueMicrotask(step);
    }
  },
  "starves the host": class extends Toy() {
    constructor() {
      super();
      this.host.afterIo = (fn) => this.host.afterMicrotasks(fn);
    }
  },
  "runs on to the next turn when it is stopped": class extends Toy() {
    override stop(): void {
      this.callSoon(() => this.callSoon(() => super.stop()));
    }
  },
  "forgets a stop() from before": class extends Toy() {
    override runForever(): Promise<void> {
      if (this.stopping) {
        this.stopping = false;
        this.callSoon(() => this.callSoon(() => this.stop()));
      }
      return super.runForever();
    }
  },
  "never says that it runs": class extends Toy() {
    override isRunning(): boolean {
      return false;
    }
  },
  "takes work when it is closed": class extends Toy() {
    override callSoon(callback: () => void, options?: CallbackOptions): HandleContract {
      const { closed } = this;
      this.closed = false;
      const handle = super.callSoon(callback, options);
      this.closed = closed;
      return handle;
    }
  },
  "fails who wakes it when it is closed": class extends Toy() {
    override enqueue(runnable: Runnable): void {
      if (this.closed) throw new Error("closed");
      super.enqueue(runnable);
    }
  },
  "hangs in a deadlock": class extends Toy() {
    override isAwaited(): boolean {
      return false;
    }
  },
  "keeps unread errors for itself": class extends Toy() {
    override watchFailure(): void {}
  },
  "reports errors that were read": class extends Toy() {
    override close(): void {
      this.host.log = () => {};
      for (const failure of this.failures) if (failure.isRead()) failure.report();
      super.close();
    }
  },
  "leaves async generators open": class extends Toy() {
    override async shutdownAsyncgens(): Promise<void> {}
  },
  "keeps its listeners of signals when it is closed": class extends Toy() {
    override close(): void {
      this.removeSignalHandler = () => false;
      super.close();
    }
  },
  "has no default executor": class extends Toy() {
    override async shutdownDefaultExecutor(): Promise<void> {}
  },
  "ignores its task factory": class extends Toy() {
    override setTaskFactory(): void {}
  },
  "has no debug mode": class extends Toy() {
    override setDebug(): void {}
  },
};

/** A toy loop on a clock of its own. */
function Toy() {
  return class extends ToyLoop {
    constructor() {
      super(virtualHost());
    }
  };
}

describe("a loop that breaks the contract is caught, one that", () => {
  test.each(Object.keys(violations))("%s", { timeout: 30_000 }, async (name) => {
    const Loop = violations[name] as new () => LoopContract;
    expect(await brokenBy(() => new Loop())).not.toBe(null);
  });
});

test("the kit refuses what it can't use", () => {
  expect(() => checkLoopContract(7 as never, { describe, test })).toThrow("makeLoop must be a function, got 7");
  expect(() => checkLoopContract(() => newEventLoop(), {} as never)).toThrow(
    "testApi must have the functions describe and test",
  );
});
