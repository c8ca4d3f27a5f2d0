// One case on one peer, in a process of its own: `node main.ts JOB`, with the job as JSON.
// Prints one line, what a unit of it came to, as a JSON number: the mean of the runs, for then what one run leaves to
// the garbage collections of the next ones is counted too.
import { pathToFileURL } from "node:url";
import type { Job } from "../job.ts";
import { mean } from "../statistics.ts";
import type { Drive, Program } from "./drivers/drive.ts";
import { measure } from "./meters.ts";

async function main(job: Job): Promise<number> {
  const { drive }: { drive: Drive } = await import(`./drivers/${job.driver}.ts`);
  const programs: Record<string, Program> = await import(pathToFileURL(job.file).href);
  const program = programs[job.program];
  if (program === undefined) throw new Error(`${job.file} exports no ${job.program}`);

  const run = (n: number) => measure(job.meter, (meter) => drive(program, n, meter));
  const warmedUp = performance.now() + job.warmUp;
  while (performance.now() < warmedUp) await run(job.n / 10);
  const values: number[] = [];
  const measured = performance.now() + job.measure;
  do values.push(await run(job.n));
  while (performance.now() < measured);
  return mean(values) / job.n;
}

const value = await main(JSON.parse(process.argv[2] ?? ""));
process.stdout.write(`${JSON.stringify(value)}\n`, () => process.exit());
