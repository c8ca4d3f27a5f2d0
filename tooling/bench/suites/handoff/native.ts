export async function backAndForth(n: number): Promise<void> {
  const rounds = n / 2;
  let there = Promise.withResolvers<number>();
  let back = Promise.withResolvers<number>();
  const left = async (): Promise<void> => {
    for (let i = 0; i < rounds; i++) {
      await there.promise;
      there = Promise.withResolvers();
      back.resolve(i);
    }
  };
  const right = async (): Promise<void> => {
    for (let i = 0; i < rounds; i++) {
      there.resolve(i);
      await back.promise;
      back = Promise.withResolvers();
    }
  };
  await Promise.all([left(), right()]);
}
