import { coroutine, createTask, Future, gather } from "tsyncio";

export const backAndForth = coroutine(function* (n: number) {
  const rounds = n / 2;
  let there = new Future<number>();
  let back = new Future<number>();
  const left = coroutine(function* () {
    for (let i = 0; i < rounds; i++) {
      yield* there;
      there = new Future();
      back.setResult(i);
    }
  });
  const right = coroutine(function* () {
    for (let i = 0; i < rounds; i++) {
      there.setResult(i);
      yield* back;
      back = new Future();
    }
  });
  yield* gather(createTask(left()), createTask(right()));
});
