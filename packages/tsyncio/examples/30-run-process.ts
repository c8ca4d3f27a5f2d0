// A program is run to its end: without a shell, with its output as text.
import { ProcessError, runProcess } from "tsyncio";

export async function main() {
  const { stdout } = await runProcess("echo", ["hello,", "$USER; no shell reads this"]);
  console.log(stdout.trimEnd());

  try {
    await runProcess("sh", ["-c", "echo no such luck >&2; exit 3"]);
  } catch (error) {
    if (!(error instanceof ProcessError)) throw error;
    console.log(`exit code ${error.code}: ${error.stderr.toString().trimEnd()}`);
  }
}
