import { coroutine, createSubprocessExec, DEVNULL, gather, PIPE } from "tsyncio";

const MIB = 2 ** 20;

const run = coroutine(function* (length: number, program: string, args: string[], input?: Buffer) {
  const stdin = input === undefined ? DEVNULL : PIPE;
  const process = yield* createSubprocessExec(program, args, { stdin, stdout: PIPE, stderr: PIPE });
  const [stdout] = yield* process.communicate(input ?? null);
  if (stdout.length !== length) throw new Error(`${program} gave ${stdout.length} of ${length} bytes`);
});

export const oneByOne = coroutine(function* (n: number) {
  for (let i = 0; i < n; i++) yield* run(0, "/bin/true", []);
});

export const eightAtATime = coroutine(function* (n: number) {
  yield* gather(Array.from({ length: 8 }, () => oneByOne(n / 8)));
});

export const throughCat = coroutine(function* (n: number) {
  const input = Buffer.alloc(MIB, "x");
  for (let i = 0; i < n; i++) yield* run(MIB, "cat", [], input);
});

export const muchThroughCat = (n: number) => run(n * MIB, "cat", [], Buffer.alloc(n * MIB, "x"));
export const lines = (n: number) => run(2 * n, "sh", ["-c", `yes | head -n ${n}`]);
