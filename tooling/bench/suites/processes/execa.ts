import { execa } from "execa";
import { programsOf } from "./shapes.ts";

const run = async (program: string, args: string[], input?: Buffer): Promise<Uint8Array> => {
  const given = input === undefined ? { stdin: "ignore" as const } : { input };
  const { stdout } = await execa(program, args, {
    ...given,
    encoding: "buffer",
    stripFinalNewline: false,
    maxBuffer: 2 ** 30,
  });
  return stdout as Uint8Array;
};

export const { oneByOne, eightAtATime, throughCat, muchThroughCat, lines } = programsOf(run);
