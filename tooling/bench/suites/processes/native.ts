import { spawn } from "node:child_process";
import { programsOf } from "./shapes.ts";

const run = (program: string, args: string[], input?: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"] });
    const chunks: Buffer[] = [];
    child.stdout?.on("data", (chunk) => chunks.push(chunk));
    child.stderr?.on("data", () => {});
    child.on("error", reject);
    child.on("close", () => resolve(Buffer.concat(chunks)));
    child.stdin?.end(input);
  });

export const { oneByOne, eightAtATime, throughCat, muchThroughCat, lines } = programsOf(run);
