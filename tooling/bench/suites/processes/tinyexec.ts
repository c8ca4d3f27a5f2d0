import { x } from "tinyexec";
import { programsOf } from "./shapes.ts";

const run = async (program: string, args: string[], input?: Buffer): Promise<string> => {
  const stdin = input === undefined ? {} : { stdin: input.toString("latin1") };
  const { stdout } = await x(program, args, { ...stdin, nodePath: false });
  return stdout;
};

export const { oneByOne, eightAtATime, throughCat, muchThroughCat, lines } = programsOf(run);
