// Three programs at once, whose lines are shown as they come, each with a coloured name in front.
import { styleText } from "node:util";
import { PIPE, STDOUT, subprocess, taskGroup } from "tsyncio";

const programs = [
  { name: "build", colour: "cyan", script: "for i in 1 2 3; do echo compiling $i; sleep 0.4; done" },
  { name: "test", colour: "green", script: "sleep 0.2; echo test 1 ok; sleep 0.4; echo test 2 ok" },
  { name: "lint", colour: "yellow", script: "sleep 1; echo one warning >&2" },
] as const;

async function show({ name, colour, script }: (typeof programs)[number]) {
  const prefix = styleText(colour, name.padEnd(6));
  await subprocess(
    "sh",
    ["-c", script],
    async (process) => {
      for await (const line of process.stdout) console.log(`${prefix}${String(line).trimEnd()}`);
      console.log(`${prefix}ended with ${await process.wait()}`);
    },
    { stdout: PIPE, stderr: STDOUT },
  );
}

export async function main() {
  await taskGroup(async (group) => {
    for (const program of programs) group.createTask(() => show(program));
  });
}
