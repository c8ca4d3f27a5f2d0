import { createTask, gather, type Task } from "tsyncio";

const child = async (value: number): Promise<number> => value;

export async function join(n: number): Promise<void> {
  const children: Task<number>[] = [];
  for (let i = 0; i < n; i++) children.push(createTask(() => child(i)));
  await gather(children);
}
