async function spin(turns: number): Promise<void> {
  for (let i = 0; i < turns; i++) await null;
}

export const alone = spin;

export async function tasks(n: number): Promise<void> {
  await Promise.all(Array.from({ length: 1000 }, () => spin(n / 1000)));
}
