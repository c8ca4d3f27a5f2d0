// Functions that the tests run in workers.

import type { MessagePort } from "node:worker_threads";
import { checkCancelled, remote, report, transfer } from "@tsyncio/executors";
import { coroutine, currentSignal } from "@tsyncio/tasks";

const here = import.meta.url;

export const add = remote(here, function add(a: number, b: number) {
  return a + b;
});

export const addLater = remote(here, async function addLater(a: number, b: number) {
  await new Promise((resolve) => setTimeout(resolve, 1));
  return a + b;
});

export const addInTurns = remote(
  here,
  coroutine(function* addInTurns(a: number, b: number) {
    yield;
    yield;
    return a + b;
  }),
);

export const addPlainly = remote(here, function* addPlainly(a: number, b: number) {
  yield;
  return a + b;
});

/** A gate between the test and its workers: opened from outside, in memory that they share. */
export const waitAtGate = remote(here, function waitAtGate(gate: Int32Array, name = "") {
  Atomics.add(gate, 1, 1);
  Atomics.wait(gate, 0, 0);
  return name;
});

export const echo = remote(here, function echo<T>(value: T): T {
  return value;
});

export const count = remote(here, function count(until: number) {
  for (let n = 1; n <= until; n++) report(n);
  return until;
});

export const countLater = remote(here, async function countLater(until: number) {
  for (let n = 1; n <= until; n++) {
    report(n);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
});

/** Is told of its cancellation while it computes. */
export const spin = remote(here, function spin(gate: Int32Array) {
  Atomics.add(gate, 1, 1);
  try {
    for (;;) checkCancelled();
  } finally {
    Atomics.add(gate, 2, 1);
    Atomics.notify(gate, 2);
  }
});

/** Waits for its signal. */
export const untilAborted = remote(here, async function untilAborted(gate: Int32Array) {
  const signal = currentSignal() as AbortSignal;
  Atomics.add(gate, 1, 1);
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  Atomics.add(gate, 2, 1);
  Atomics.notify(gate, 2);
});

/** Reports that it has begun, and is told of its cancellation where it waits. */
export const sleepy = remote(here, async function sleepy(file: string) {
  const { sleep } = await import("@tsyncio/timeouts");
  const { writeFileSync } = await import("node:fs");
  report("begun");
  try {
    await sleep("1h");
  } finally {
    writeFileSync(file, "cancelled");
  }
});

export class HttpError extends Error {
  readonly status: number;
  constructor(message: string, status: number, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

export const failWith = remote(here, function failWith(kind: string): never {
  if (kind === "http") throw new HttpError("not found", 404, { cause: new RangeError("no such page") });
  if (kind === "file") process.chdir("/no/such/folder");
  if (kind === "text") throw "a text";
  if (kind === "null") throw null;
  if (kind === "trap") throw new Proxy(new Error("inside"), { get: () => failWith("plain") });
  throw new TypeError("a plain one");
});

export const exit = remote(here, function exit(code: number): never {
  process.exit(code);
});

export const crash = remote(here, async function crash() {
  setTimeout(() => {
    throw new Error("out of a timer");
  });
  await new Promise(() => {});
});

export const giveFunction = remote(here, function giveFunction(): unknown {
  return { done: () => {} };
});

export const giveAway = remote(here, function giveAway(size: number) {
  return transfer(new Uint8Array(size).fill(7));
});

export const sum = remote(here, function sum(bytes: Uint8Array) {
  return bytes.reduce((a, b) => a + b, 0);
});

export const increment = remote(here, function increment(shared: Int32Array) {
  return Atomics.add(shared, 0, 1);
});

export const threadOf = remote(here, async function threadOf() {
  const { threadId } = await import("node:worker_threads");
  return [process.pid, threadId];
});

/** Is done before what it has begun. */
export const leaveTimer = remote(here, function leaveTimer(gate: Int32Array, ms: number) {
  setTimeout(() => Atomics.add(gate, 1, 1), ms);
});

let kept: MessagePort | null = null;

/** Keeps a port until its worker ends. */
export const keep = remote(here, function keep(port: MessagePort) {
  kept = port;
  return kept !== null;
});

export const secret = 5;
