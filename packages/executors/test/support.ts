import { type PoolExecutor, ProcessPoolExecutor, ThreadPoolExecutor } from "@tsyncio/executors";
import { afterAll } from "vitest";

export { failureOf } from "@tsyncio/test-support";

/** The kinds of executors, for laws that hold for all. */
export const kinds = [
  { kind: "threads", Executor: ThreadPoolExecutor },
  { kind: "processes", Executor: ProcessPoolExecutor },
] as const;

/** An executor of two workers for the tests of a file, which is ended after them. */
export function sharedPool<E extends PoolExecutor>(Executor: new (count: number) => E): E {
  const pool = new Executor(2);
  afterAll(() => pool.shutdown());
  return pool;
}

/** Memory that a test shares with its workers: [whether the gate is open, who has come to it, who has left]. */
export function newGate(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(12));
}

export function openGate(gate: Int32Array): void {
  Atomics.store(gate, 0, 1);
  Atomics.notify(gate, 0);
}

/** Resolves when a worker has written `value` at `index`. */
export async function until(gate: Int32Array, index: number, value: number): Promise<void> {
  while (Atomics.load(gate, index) !== value) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** Resolves when there is no such process any more. */
export async function untilGone(pid: number): Promise<void> {
  const isAlive = () => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  while (isAlive()) await new Promise((resolve) => setTimeout(resolve, 5));
}
