import spawn from "nano-spawn";
import { programsOf } from "./shapes.ts";

const run = async (program: string, args: string[], input?: Buffer): Promise<string> => {
  const stdin = input === undefined ? ("ignore" as const) : { string: input.toString("latin1") };
  const { stdout } = await spawn(program, args, { stdin });
  // It takes the last line feed away.
  return program === "sh" ? `${stdout}\n` : stdout;
};

export const { oneByOne, eightAtATime, throughCat, muchThroughCat, lines } = programsOf(run);
