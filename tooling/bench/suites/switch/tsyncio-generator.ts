import { coroutine, createTask, gather, sleep } from "tsyncio";

const spin = coroutine(function* (turns: number) {
  for (let i = 0; i < turns; i++) yield* sleep(0);
});

const spinBare = coroutine(function* (turns: number) {
  for (let i = 0; i < turns; i++) yield;
});

export const alone = spin;

export const tasks = coroutine(function* (n: number) {
  yield* gather(Array.from({ length: 1000 }, () => createTask(spin(n / 1000))));
});

export const tasksBare = coroutine(function* (n: number) {
  yield* gather(Array.from({ length: 1000 }, () => createTask(spinBare(n / 1000))));
});
