// The loop by hand: 13-loop-by-hand.program.ts. A loop can't be run inside a running one, and main is run by a loop: so that
// program gets a process of its own.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { fromCallback } from "tsyncio";

export async function main() {
  const program = fileURLToPath(new URL("13-loop-by-hand.program.ts", import.meta.url));
  const output = await fromCallback<string>((callback) => execFile(process.execPath, [program], callback));
  console.log(output.trimEnd());
}
