import { coroutine, createTask, gather, sleep } from "tsyncio";
import { secondsFor } from "./delay.ts";

const sleeper = coroutine(function* (delay: number) {
  yield* sleep(delay);
});

export const sleepers = coroutine(function* (n: number) {
  const delay = secondsFor(n);
  yield* gather(Array.from({ length: n }, () => createTask(sleeper(delay))));
});
