// Functions that the tests run on workers.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { checkCancelled, remote, report } from "@tsyncio/executors";
import { coroutine, currentSignal } from "@tsyncio/tasks";
import { sleep } from "@tsyncio/timeouts";

const here = import.meta.url;

export const add = remote(here, function add(a: number, b: number) {
  return a + b;
});

export const addLater = remote(here, async function addLater(a: number, b: number) {
  await sleep(0);
  return a + b;
});

export const addInTurns = remote(
  here,
  coroutine(function* addInTurns(a: number, b: number) {
    yield* sleep(0);
    return a + b;
  }),
);

export const echo = remote(here, function echo<T>(value: T): T {
  return value;
});

export const echoLater = remote(here, async function echoLater<T>(value: T, ms: number): Promise<T> {
  await sleep(ms / 1000);
  return value;
});

/** Says by a line in `file` that it has begun, and ends when `gate` is there. Says so, too, when it is cancelled. */
export const waitFor = remote(here, async function waitFor(file: string, gate: string, name: string) {
  appendFileSync(file, `${name} begins\n`);
  try {
    while (!existsSync(gate)) await sleep("5ms");
  } catch (error) {
    appendFileSync(file, `${name} is cancelled: ${(error as Error).message}\n`);
    throw error;
  }
  return name;
});

/** Computes until it is told to stop. */
export const spin = remote(here, function spin(file: string) {
  appendFileSync(file, "spin begins\n");
  for (;;) checkCancelled();
});

/** Does not care. */
export const stubborn = remote(here, function stubborn(file: string) {
  appendFileSync(file, "stubborn begins\n");
  for (;;);
});

export const reportAll = remote(here, async function reportAll(values: unknown[]) {
  for (const value of values) report(value);
  return currentSignal()?.aborted;
});

export const reportAndFail = remote(here, function reportAndFail(values: unknown[]) {
  for (const value of values) report(value);
  throw new Error(`after ${values.length} reports`);
});

/** It is told before the job has ended. */
export const reportShared = remote(here, async function reportShared() {
  report(new SharedArrayBuffer(1));
  await sleep("50ms");
});

/** Fails as often as `file` has lines fewer than `until`. */
export const failUntil = remote(here, function failUntil(file: string, until: number) {
  appendFileSync(file, `${Date.now()}\n`);
  const lines = linesOf(file);
  if (lines < until) throw new RangeError(`attempt ${lines}`);
  return lines;
});

/** Throws what is called that. */
export const failAs = remote(here, function failAs(name: string, message: string) {
  throw Object.assign(new Error(message), { name });
});

class HttpError extends Error {
  readonly status = 503;
}

export const fail = remote(here, function fail(message: string) {
  throw new HttpError(message, { cause: new TypeError("the cause") });
});

export const exit = remote(here, function exit(code: number) {
  process.exit(code);
});

export const giveBack = remote(here, function giveBack(what: "function" | "undefined" | "null") {
  return { function: () => {}, undefined: undefined, null: null }[what];
});

/** Leaves a line for each run. */
export const note = remote(here, function note(file: string, line: string) {
  appendFileSync(file, `${line}\n`);
  return line;
});

function linesOf(file: string): number {
  return readFileSync(file, "utf8").split("\n").length - 1;
}
