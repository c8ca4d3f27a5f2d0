import { describe, isCall, RuntimeError, runningLoop, type Startable } from "@tsyncio/contract";
import { Runner, type RunOptions } from "./runner.js";

/**
 * Runs a program: `await run(main)` (`asyncio.run`). Makes a loop, runs `main` on it to its end, cancels what is left and waits for it,
 * and closes the loop.
 * @param main - a coroutine, or a function that returns an awaitable
 * @throws what `main` throws, and see {@link Runner.run}
 */
export async function run<T>(main: Startable<T>, options: RunOptions = {}): Promise<T> {
  if (runningLoop() !== null) throw new RuntimeError("asyncio.run() cannot be called from a running event loop");
  const isPromise = !isCall(main) && typeof (main as Partial<PromiseLike<T>> | null)?.then === "function";
  if (isPromise || (typeof main !== "function" && (typeof main !== "object" || main === null))) {
    throw new TypeError(
      `a coroutine was expected, got ${describe(main)}; write run(main) or run(() => main(…)): an async function is not to be called here`,
    );
  }
  const runner = new Runner(options);
  try {
    return await runner.run(main);
  } finally {
    await runner.close();
  }
}
