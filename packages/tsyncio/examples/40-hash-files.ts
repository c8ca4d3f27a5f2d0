// Files hashed by two threads, with a progress bar, while the loop stays responsive: a clock ticks beside them, and the longest time
// that it came late is measured. The functions of the threads are in 40-hash-files.work.ts.
import { gather, type Job, sleep, ThreadPoolExecutor } from "tsyncio";
import { files, hash } from "./40-hash-files.work.ts";

/** Ticks every 5 ms while the jobs run; gives how late it was at worst, in milliseconds. */
async function longestLag(jobs: Job<string>[]) {
  let worst = 0;
  while (!jobs.every((job) => job.done())) {
    const start = performance.now();
    await sleep("5ms");
    worst = Math.max(worst, performance.now() - start - 5);
  }
  return worst;
}

async function showProgress(jobs: Job<string>[], total: number) {
  let done = 0;
  const watch = async (job: Job<string>) => {
    for await (const _ of job.reports()) {
      done++;
      if (process.stdout.isTTY)
        process.stdout.write(`\r${"█".repeat(Math.round((done / total) * 40)).padEnd(40, "░")}`);
    }
  };
  await gather(...jobs.map((job) => () => watch(job)));
  if (process.stdout.isTTY) process.stdout.write("\r");
  console.log(`${"█".repeat(40)} all files`);
}

export async function main() {
  await using pool = new ThreadPoolExecutor(2);
  const start = performance.now();
  const half = Math.ceil(files.length / 2);
  const jobs = [files.slice(0, half), files.slice(half)].map((part) => pool.submit(hash, part));
  const [lag] = await gather(
    () => longestLag(jobs),
    () => showProgress(jobs, files.length),
  );
  for (const digest of await gather(jobs)) console.log(`a digest of ${digest.length} digits`);
  console.log(lag < 250 ? "the loop ran on all the time" : "the loop was held up");
  console.log(`took ${((performance.now() - start) / 1000).toFixed(2)} s, longest lag ${(lag / 1000).toFixed(2)} s`);
}
