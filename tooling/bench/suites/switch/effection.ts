import { action, type Operation, spawn, type Task } from "effection";

// Effection's own `sleep(0)` is a host timer of a millisecond. This is the least that lets the others run.
const turn = (): Operation<void> =>
  action((resolve) => {
    resolve();
    return () => {};
  });

function* spin(turns: number): Operation<void> {
  for (let i = 0; i < turns; i++) yield* turn();
}

export const alone = spin;

export function* tasks(n: number): Operation<void> {
  const spinners: Task<void>[] = [];
  for (let i = 0; i < 1000; i++) spinners.push(yield* spawn(() => spin(n / 1000)));
  for (const task of spinners) yield* task;
}
