const child = async (value: number): Promise<number> => value;

export async function join(n: number): Promise<void> {
  const children: Promise<number>[] = [];
  for (let i = 0; i < n; i++) children.push(child(i));
  await Promise.all(children);
}
