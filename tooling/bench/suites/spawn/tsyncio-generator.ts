import { coroutine, createTask, gather, type Task } from "tsyncio";

const child = coroutine(function* (value: number) {
  return value;
});

export const join = coroutine(function* (n: number) {
  const children: Task<number>[] = [];
  for (let i = 0; i < n; i++) children.push(createTask(child(i)));
  yield* gather(children);
});
