// The same, as a generator coroutine.
import { coroutine, createSubprocessExec, PIPE } from "tsyncio";

export const main = coroutine(function* main() {
  const seq = yield* createSubprocessExec("seq", ["1", "100000"], { stdout: PIPE });
  const grep = yield* createSubprocessExec("grep", ["7"], { stdin: seq.stdout, stdout: PIPE });
  const wc = yield* createSubprocessExec("wc", ["-l"], { stdin: grep.stdout, stdout: PIPE });
  const [count] = yield* wc.communicate();
  console.log(`${Number(count)} numbers up to 100000 have a 7`);
});
