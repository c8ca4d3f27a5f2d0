import { createTask, Future, gather } from "tsyncio";

export async function backAndForth(n: number): Promise<void> {
  const rounds = n / 2;
  let there = new Future<number>();
  let back = new Future<number>();
  const left = async (): Promise<void> => {
    for (let i = 0; i < rounds; i++) {
      await there;
      there = new Future();
      back.setResult(i);
    }
  };
  const right = async (): Promise<void> => {
    for (let i = 0; i < rounds; i++) {
      there.setResult(i);
      await back;
      back = new Future();
    }
  };
  await gather(createTask(left), createTask(right));
}
