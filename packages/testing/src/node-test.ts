import { afterEach, beforeEach, type TestContext } from "node:test";
import type { Body } from "@tsyncio/contract";
import { type LeakOptions, LeakScope } from "./leaks/leak-scope.js";
import type { VirtualRunOptions } from "./run-virtual.js";
import { type VirtualTest, virtualTest } from "./virtual-test.js";

/**
 * Has a test of `node:test` run on a virtual clock: `test("retries", virtual(async (t) => { … }))`. An async function or a generator
 * function. See `runVirtual`. A test that hangs fails after 10 s of real time (`realTimeLimit`), with a report of which task waits for
 * what; one that the runner ends is cancelled.
 */
export function virtual(
  body: Body<[context: TestContext], unknown>,
  options: VirtualRunOptions = {},
): VirtualTest<TestContext> {
  return virtualTest(body, ({ signal }) => ({ signal, realTimeLimit: "10s" }), options);
}

/**
 * Has every test of the file (called at its top) or suite (called in its `describe`) fail when something outlives it, with where it was made: see
 * `LeakScope`. Not for tests that run side by side.
 */
export function failOnLeaks(options: LeakOptions = {}): void {
  let scope: LeakScope | null = null;
  beforeEach(() => {
    scope = new LeakScope(options);
  });
  afterEach(async () => {
    await scope?.end();
  });
}
