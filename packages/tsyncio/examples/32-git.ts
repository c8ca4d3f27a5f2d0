// Eight git commands at once, of which a semaphore lets out three at a time.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gather, runProcess, Semaphore } from "tsyncio";

export async function main() {
  const cwd = await mkdtemp(join(tmpdir(), "tour-"));
  try {
    await runProcess("git", ["init", "--quiet"], { cwd });
    const semaphore = new Semaphore(3);
    let [open, most] = [0, 0];
    const store = (text: string) =>
      semaphore.with(async () => {
        most = Math.max(most, ++open);
        const { stdout } = await runProcess("git", ["hash-object", "-w", "--stdin"], { cwd, input: text });
        open--;
        return stdout.slice(0, 8);
      });
    const words = ["one", "two", "three", "four", "five", "six", "seven", "eight"];
    const hashes = await gather(words.map(store));
    console.log(`${words.length} objects: ${hashes.join(" ")}`);
    console.log(`at most ${most} programs at a time`);
  } finally {
    await rm(cwd, { recursive: true });
  }
}
