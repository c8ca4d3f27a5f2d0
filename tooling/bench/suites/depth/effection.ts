import { action, type Operation } from "effection";

function* descend(depth: number, bottom: () => Operation<void>): Operation<void> {
  if (depth === 1) yield* bottom();
  else yield* descend(depth - 1, bottom);
}

export function* call(n: number): Operation<void> {
  function* nothing(): Operation<void> {}
  for (let i = 0; i < n; i++) yield* descend(10, nothing);
}

export function* turns(n: number): Operation<void> {
  const turn = (): Operation<void> =>
    action((resolve) => {
      resolve();
      return () => {};
    });
  yield* descend(10, function* () {
    for (let i = 0; i < n; i++) yield* turn();
  });
}
