import { createSubprocessExec, DEVNULL, PIPE, runProcess } from "tsyncio";
import { programsOf } from "./shapes.ts";

const run = async (program: string, args: string[], input?: Buffer): Promise<Buffer> => {
  const stdin = input === undefined ? DEVNULL : PIPE;
  const process = await createSubprocessExec(program, args, { stdin, stdout: PIPE, stderr: PIPE });
  const [stdout] = await process.communicate(input ?? null);
  return stdout;
};

const runScoped = async (program: string, args: string[], input?: Buffer): Promise<Buffer> => {
  const { stdout } = await runProcess(program, args, { input: input ?? null, encoding: null });
  return stdout;
};

export const { oneByOne, eightAtATime, throughCat, muchThroughCat, lines } = programsOf(run);
export const {
  oneByOne: oneByOneScoped,
  eightAtATime: eightAtATimeScoped,
  throughCat: throughCatScoped,
  muchThroughCat: muchThroughCatScoped,
  lines: linesScoped,
} = programsOf(runScoped);
