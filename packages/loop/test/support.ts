import { type ChildProcess, spawn } from "node:child_process";
import { type ExceptionContext, type LoopContract, WAIT, type Waitable, type Waiter } from "@tsyncio/contract";
import type { EventLoop } from "@tsyncio/loop";
import { newVirtualLoop } from "@tsyncio/loop/virtual";

/** Runs `loop`, which has a virtual clock, for some seconds of it. */
export async function runFor(loop: EventLoop, seconds: number): Promise<void> {
  loop.callLater(seconds, () => loop.stop(), { context: null });
  await loop.runForever();
}

/** Calls `main` in a callback of a virtual loop, which runs on for a thousand seconds; what `main` gave. */
export async function inLoop<R>(main: (loop: EventLoop) => R, loop: EventLoop = newVirtualLoop()): Promise<R> {
  let result: R | undefined;
  loop.callSoon(() => {
    result = main(loop);
  });
  await runFor(loop, 1000);
  return result as R;
}

/** A virtual loop that keeps what its exception handler is told. */
export function watchedLoop(options: Parameters<typeof newVirtualLoop>[0] = {}): {
  loop: ReturnType<typeof newVirtualLoop>;
  reports: ExceptionContext[];
} {
  const reports: ExceptionContext[] = [];
  const exceptionHandler = (_: LoopContract, context: ExceptionContext) => {
    reports.push(context);
  };
  return { loop: newVirtualLoop({ ...options, exceptionHandler }), reports };
}

/** Keeps what `loop` writes for the developer. */
export function logOf(loop: EventLoop): { level: string; message: string; error: unknown }[] {
  const log: { level: string; message: string; error: unknown }[] = [];
  loop.host.log = (level, message, error) => log.push({ level, message, error });
  return log;
}

/** The smallest thing that can be waited for: the packages that make futures stand above this one. */
export class Outcome<T> implements Waitable<T> {
  readonly "@@tsyncio" = WAIT;
  readonly waiters = new Set<Waiter>();
  readonly #loop: LoopContract;
  #outcome: (() => T) | null = null;

  constructor(loop: LoopContract) {
    this.#loop = loop;
  }
  settle(outcome: () => T): void {
    this.#outcome = outcome;
    for (const waiter of this.waiters) waiter.loop.enqueue(waiter);
    this.waiters.clear();
  }
  done(): boolean {
    return this.#outcome !== null;
  }
  result(): T {
    if (this.#outcome === null) throw new Error("not done");
    return this.#outcome();
  }
  cancelReason(): undefined {}
  cancel(): boolean {
    return false;
  }
  getLoop(): LoopContract {
    return this.#loop;
  }
  addWaiter(waiter: Waiter): void {
    if (this.#outcome === null) this.waiters.add(waiter);
    else waiter.loop.enqueue(waiter);
  }
  removeWaiter(waiter: Waiter): boolean {
    return this.waiters.delete(waiter);
  }
}

/** How a program ended. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `source`, an ES module, in a process of its own. */
export async function runProgram(source: string, onStart?: (child: ChildProcess) => void): Promise<Ended> {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", source], {
    cwd: import.meta.dirname,
    env: { ...process.env, NODE_OPTIONS: "" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended: Ended = { code: null, stdout: "", stderr: "" };
  child.stdout.on("data", (data) => {
    ended.stdout += data;
    onStart?.(child);
    onStart = undefined;
  });
  child.stderr.on("data", (data) => {
    ended.stderr += data;
  });
  ended.code = await new Promise((resolve) => child.on("close", resolve));
  return ended;
}
