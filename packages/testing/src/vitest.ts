import type { Body } from "@tsyncio/contract";
import { beforeEach, type TestContext } from "vitest";
import { type LeakOptions, LeakScope } from "./leaks/leak-scope.js";
import type { VirtualRunOptions } from "./run-virtual.js";
import { type VirtualTest, virtualTest } from "./virtual-test.js";

/** How much of the test's timeout a hanging test may use, so that its report comes before vitest ends it. */
const SHARE = 0.9;

/**
 * Has a test of vitest run on a virtual clock: `test("retries", virtual(async ({ expect }) => { … }))`. An async function or a generator
 * function; fixtures of `test.extend` reach it. See `runVirtual`. A test that hangs fails shortly before vitest's timeout, with a report of
 * which task waits for what; one that vitest ends is cancelled.
 */
export function virtual<C extends TestContext = TestContext>(
  body: Body<[context: C], unknown>,
  options: VirtualRunOptions = {},
): VirtualTest<C> {
  const optionsOf = ({ signal, task }: C): VirtualRunOptions => ({
    signal,
    realTimeLimit: task.timeout > 0 && task.timeout < Number.POSITIVE_INFINITY ? (task.timeout / 1000) * SHARE : null,
  });
  return virtualTest(body, optionsOf, options);
}

/**
 * Has every test of the file (called at its top, or in a `setupFiles` of the configuration: of all files) fail when something outlives it,
 * with where it was made: see `LeakScope`. Not for `test.concurrent`.
 */
export function failOnLeaks(options: LeakOptions = {}): void {
  beforeEach(() => {
    const scope = new LeakScope(options);
    // Before the hooks that were registered earlier, and after those that come later: what they open and close is theirs.
    return () => scope.end();
  });
}
