// seq 1 100000 | grep 7 | wc -l, and no byte of it passes through this program.
import { createSubprocessExec, PIPE } from "tsyncio";

export async function main() {
  const seq = await createSubprocessExec("seq", ["1", "100000"], { stdout: PIPE });
  const grep = await createSubprocessExec("grep", ["7"], { stdin: seq.stdout, stdout: PIPE });
  const wc = await createSubprocessExec("wc", ["-l"], { stdin: grep.stdout, stdout: PIPE });
  const [count] = await wc.communicate();
  console.log(`${Number(count)} numbers up to 100000 have a 7`);
}
