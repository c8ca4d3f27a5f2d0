// What the programs of this suite have in common: how often they run what, whoever runs it.

/** Runs a program to its end and gives its output. */
export type Run = (program: string, args: string[], input?: Buffer) => PromiseLike<{ length: number }>;

const MIB = 2 ** 20;

/** The programs of a peer that runs processes with `run`. */
export function programsOf(run: Run) {
  const expectLength = async (length: number, ...args: Parameters<Run>) => {
    const output = await run(...args);
    if (output.length !== length) throw new Error(`${args[0]} gave ${output.length} of ${length} bytes`);
  };
  return {
    async oneByOne(n: number): Promise<void> {
      for (let i = 0; i < n; i++) await expectLength(0, "/bin/true", []);
    },
    async eightAtATime(n: number): Promise<void> {
      const worker = async () => {
        for (let i = 0; i < n / 8; i++) await expectLength(0, "/bin/true", []);
      };
      await Promise.all(Array.from({ length: 8 }, worker));
    },
    async throughCat(n: number): Promise<void> {
      const input = Buffer.alloc(MIB, "x");
      for (let i = 0; i < n; i++) await expectLength(MIB, "cat", [], input);
    },
    async muchThroughCat(n: number): Promise<void> {
      await expectLength(n * MIB, "cat", [], Buffer.alloc(n * MIB, "x"));
    },
    async lines(n: number): Promise<void> {
      await expectLength(2 * n, "sh", ["-c", `yes | head -n ${n}`]);
    },
  };
}
