import { expect, test } from "vitest";
import { folderWith, start } from "./cli.ts";

const imports = 'import { getRunningLoop, sleep } from "tsyncio";\n';

async function up(code: string) {
  const cwd = await folderWith({ "program.mjs": imports + code });
  const program = start(["run", "program.mjs"], { cwd });
  await program.says("up");
  return program;
}

const cleaning = `export async function main() {
  try { console.log("up"); await sleep("1h"); } finally { await sleep("20ms"); console.log("cleaned up"); }
}`;

const signals = [
  { signal: "SIGINT", code: 130 },
  { signal: "SIGTERM", code: 143 },
] as const;

test.each(signals)(
  "$signal cancels main, which cleans up; exit code $code, without a trace",
  async ({ signal, code }) => {
    const { child, ended } = await up(cleaning);
    child.kill(signal);
    expect(await ended).toEqual({ code, signal: null, stdout: "up\ncleaned up\n", stderr: "" });
  },
);

test.each(signals)("a second $signal ends the process at once", async ({ signal, code }) => {
  const { child, says, ended } = await up(`export async function main() {
    try { console.log("up"); await sleep("1h"); } finally { console.log("cleans up"); await sleep("1h"); }
  }`);
  child.kill(signal);
  await says("cleans up");
  child.kill(signal);
  expect(await ended).toEqual({ code, signal: null, stdout: "up\ncleans up\n", stderr: "" });
});

test.each(signals)("after $signal nothing of the host keeps the process", async ({ signal, code }) => {
  const { child, ended } = await up(`import { createServer } from "node:http";
    export async function main() { createServer().listen(0, () => console.log("up")); await sleep("1h"); }`);
  child.kill(signal);
  expect(await ended).toMatchObject({ code });
});

test.each(signals)("an error in the clean-up after $signal is told", async ({ signal }) => {
  const { child, ended } = await up(`export async function main() {
    try { console.log("up"); await sleep("1h"); } finally { throw new Error("the disk is full"); }
  }`);
  child.kill(signal);
  const { code, stderr } = await ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(/^Error: the disk is full\n/);
});

test.each(signals)("a main that takes $signal as a wish to end may return as always", async ({ signal }) => {
  const { child, ended } = await up(`import { isCancelledError } from "tsyncio";
    export async function main() {
      try { console.log("up"); await sleep("1h"); } catch (error) { console.log("end", isCancelledError(error)); }
    }`);
  child.kill(signal);
  expect(await ended).toMatchObject({ code: 0, stdout: "up\nend true\n" });
});

test.each(signals)("a program that listens to $signal itself is left alone", async ({ signal }) => {
  const { child, ended } = await up(`import { Future } from "tsyncio";
    export async function main() {
      const told = new Future();
      getRunningLoop().addSignalHandler("${signal}", () => told.setResult("I know"));
      console.log("up");
      console.log(await told);
      await sleep("1ms");
      console.log("end");
    }`);
  child.kill(signal);
  expect(await ended).toMatchObject({ code: 0, stdout: "up\nI know\nend\n" });
});
