import { coroutine, gather, Lock, Semaphore } from "tsyncio";

const worker = coroutine(function* (turns: number, lock: Lock | Semaphore) {
  for (let i = 0; i < turns; i++) {
    yield* lock.acquire();
    yield;
    lock.release();
  }
});

const workers = coroutine(function* (n: number, lock: Lock | Semaphore) {
  yield* gather(Array.from({ length: 100 }, () => worker(n / 100, lock)));
});

export const free = coroutine(function* (n: number) {
  const lock = new Lock();
  for (let i = 0; i < n; i++) {
    yield* lock.acquire();
    lock.release();
  }
});

export const contended = (n: number) => workers(n, new Lock());
export const semaphore = (n: number) => workers(n, new Semaphore(10));
