import { expect, test } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { folderWith, tsyncio } from "./cli.ts";

const complaint = (line: string) => ({ code: 2, stdout: "", stderr: `tsyncio: ${line}\n` });

test("--help says how it is used", async () => {
  for (const words of [["--help"], ["-h"], ["help"], ["run", "--help"]]) {
    const { code, stdout, stderr } = await tsyncio(words);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^usage: tsyncio run \[--debug\] FILE/);
  }
});

test("--version says which version it is", async () => {
  expect(await tsyncio(["--version"])).toMatchObject({ code: 0, stdout: `${manifest.version}\n`, stderr: "" });
});

test.each([
  [[], "say what to run: tsyncio run FILE (tsyncio --help says more)"],
  [["--debug"], "say what to run: tsyncio run [--debug] FILE"],
  [["run"], "say which file to run: tsyncio run FILE"],
  [["run", "--debug"], "say which file to run: tsyncio run FILE"],
  [["start"], 'unknown command "start": there are tsyncio run FILE and tsyncio worker MODULE'],
  [["hello.ts"], 'unknown command "hello.ts": write tsyncio run hello.ts'],
  [["--quiet"], "unknown option '--quiet' (tsyncio --help says which there are)"],
  [["run", "--quiet", "hello.ts"], "unknown option '--quiet' (tsyncio --help says which there are)"],
  [
    ["run", "--debug=yes", "hello.ts"],
    "option '--debug' does not take an argument (tsyncio --help says which there are)",
  ],
  [["run", "nowhere.ts"], "there is no file nowhere.ts"],
  [["worker"], "say which modules have the functions: tsyncio worker MODULE..."],
  [["worker", "--threads", "a.ts"], "unknown option '--threads' (tsyncio --help says which there are)"],
  [["worker", "--concurrency", "many", "a.ts"], "--concurrency must be a whole number from 1 on, got many"],
  [
    ["worker", "--lease", "soon", "a.ts"],
    'Invalid --lease: "soon" (write a number and a unit: "250ms", "1.5s", "2m", "1h")',
  ],
  [["worker", "--grace=-1s", "a.ts"], "--grace must not be negative, got -1s"],
])("tsyncio %j is answered by one line and exit code 2", async (words, line) => {
  expect(await tsyncio(words)).toMatchObject(complaint(line));
});

test("a directory is no program", async () => {
  const cwd = await folderWith({});
  const line = "node_modules is a directory: name the file in it that exports main";
  expect(await tsyncio(["run", "node_modules"], { cwd })).toMatchObject(complaint(line));
});

test("the program finds its arguments where node puts them", async () => {
  const cwd = await folderWith({
    "args.mjs": "export async function main() { console.log(JSON.stringify(process.argv.slice(1))); }",
  });
  const argsOf = async (...words: string[]) => {
    const { stdout } = await tsyncio(["run", ...words], { cwd });
    const [file, ...args] = JSON.parse(stdout) as string[];
    expect(file).toMatch(/^\/.*\/args\.mjs$/);
    return args;
  };
  expect(await argsOf("args.mjs")).toEqual([]);
  expect(await argsOf("args.mjs", "--port", "80", "--debug")).toEqual(["--port", "80", "--debug"]);
  expect(await argsOf("args.mjs", "--debug", "a")).toEqual(["a"]);
  expect(await argsOf("--debug", "args.mjs", "--help")).toEqual(["--help"]);
  expect(await argsOf("args.mjs", "--", "--debug")).toEqual(["--debug"]);
});

test("--debug is debug mode for every loop of the program", async () => {
  const cwd = await folderWith({
    "debug.mjs": `
      import { getEventLoop, getRunningLoop, newEventLoop } from "tsyncio";
      const before = getEventLoop().getDebug();
      export async function main() {
        console.log(before, getRunningLoop().getDebug(), newEventLoop().getDebug());
      }`,
  });
  expect(await tsyncio(["run", "debug.mjs"], { cwd })).toMatchObject({ code: 0, stdout: "false false false\n" });
  for (const words of [
    ["run", "--debug", "debug.mjs"],
    ["run", "debug.mjs", "--debug"],
  ]) {
    expect(await tsyncio(words, { cwd })).toMatchObject({ code: 0, stdout: "true true true\n" });
  }
});
