// Programs that must leave nothing: run on a loop of their own, which may have nothing to report at the end.
import { deepEqual } from "node:assert/strict";
import type { ExceptionContext, Startable } from "@tsyncio/contract";
import { type EventLoop, newEventLoop } from "@tsyncio/loop";
import { newVirtualLoop } from "@tsyncio/loop/virtual";
import { Runner, type RunOptions } from "@tsyncio/runner";

/** `run(main)` where main leaves no task behind, and its loop has nothing to report. */
export function runWell<T>(main: Startable<T>, options: RunOptions = {}): Promise<T> {
  return runOn(newEventLoop(), main, options);
}

/** {@link runWell} on a clock that jumps: sleeps take no time. */
export function runVirtually<T>(main: Startable<T>): Promise<T> {
  return runOn(newVirtualLoop(), main, {});
}

/** What the exception handler of main's loop is told while main runs. */
export async function reportsOf(main: Startable<unknown>): Promise<ExceptionContext[]> {
  const loop = newEventLoop();
  const reports: ExceptionContext[] = [];
  loop.setExceptionHandler((_, context) => reports.push(context));
  await using runner = new Runner({ loopFactory: () => loop });
  await runner.run(main);
  return reports;
}

async function runOn<T>(loop: EventLoop, main: Startable<T>, options: RunOptions): Promise<T> {
  const reports: ExceptionContext[] = [];
  loop.setExceptionHandler((_, context) => reports.push(context));
  const runner = new Runner({ ...options, loopFactory: () => loop });
  let left: string[] = [];
  let result: T;
  try {
    result = await runner.run(main);
    left = Array.from(loop.tasks, String);
  } finally {
    await runner.close();
  }
  deepEqual({ left, reports }, { left: [], reports: [] });
  return result;
}
