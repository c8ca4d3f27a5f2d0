import { type Operation, spawn, type Task } from "effection";

function* child(value: number): Operation<number> {
  return value;
}

export function* join(n: number): Operation<void> {
  const children: Task<number>[] = [];
  for (let i = 0; i < n; i++) children.push(yield* spawn(() => child(i)));
  for (const task of children) yield* task;
}
