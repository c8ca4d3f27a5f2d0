import { describe, isWaitable, RuntimeError, runningLoop, type Startable } from "@tsyncio/contract";
import { Runner, type RunOptions } from "./runner.js";

/**
 * Runs a program: `await run(main)` (`asyncio.run`). Makes a loop, runs `main` on it to its end, cancels what is left and waits for it,
 * and closes the loop.
 * @param main - a coroutine, or a function that returns an awaitable
 * @throws what `main` throws, and see {@link Runner.run}
 */
export async function run<T>(main: Startable<T>, options: RunOptions = {}): Promise<T> {
  if (runningLoop() !== null) throw new RuntimeError("asyncio.run() cannot be called from a running event loop");
  if (typeof main !== "function" && (typeof main !== "object" || main === null || isWaitable(main))) {
    throw new TypeError(
      `a coroutine was expected, got ${describe(main)}; write run(main), without calling an async function`,
    );
  }
  const runner = new Runner(options);
  try {
    return await runner.run(main);
  } finally {
    await runner.close();
  }
}
