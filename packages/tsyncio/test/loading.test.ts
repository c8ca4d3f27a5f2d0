// What `tsyncio run` says of files that it can't run.
import { expect, test } from "vitest";
import { folderWith, tsyncio } from "./cli.ts";

const advice = "write export async function main() {…}, or export const main = coroutine(function* main() {…})";

async function complaintOf(files: Record<string, string>, env: NodeJS.ProcessEnv = {}) {
  const cwd = await folderWith(files);
  const name = Object.keys(files)[0] as string;
  const { code, stderr } = await tsyncio(["run", name], { cwd, env });
  expect(stderr.match(/\n/g), stderr).toHaveLength(1);
  return { code, line: stderr.trimEnd().replaceAll(cwd, "…") };
}

test.each([
  ["", "exports no main; it exports nothing"],
  ["export async function start() {}", "exports no main; it exports start"],
  ["export default async function main() {}", "exports no main; it exports default"],
])("a file without main is told what it exports: %j", async (code, problem) => {
  const line = `tsyncio: program.mjs ${problem}: ${advice}`;
  expect(await complaintOf({ "program.mjs": code })).toEqual({ code: 2, line });
});

test.each([
  ["(async () => {})()", "got a promise: export the function itself, without calling it"],
  ["coroutine(function* () {})()", "got <Coroutine coroutine>: export the function itself, without calling it"],
  ["42", `got 42: ${advice}`],
  ["null", `got null: ${advice}`],
  ["() => 42", `but it returned 42: ${advice}`],
  ["() => {}", `but it returned undefined: ${advice}`],
])("a main that is no coroutine function is refused: %s", async (value, problem) => {
  const code = `import { coroutine } from "tsyncio";\nexport const main = ${value};`;
  const line = `tsyncio: main of program.mjs must be a coroutine function, ${problem}`;
  expect(await complaintOf({ "program.mjs": code })).toEqual({ code: 2, line });
});

test.each([
  ["a.mjs", "const a = 1;\nlet b = ;", "Unexpected token ';' (…/a.mjs:2)"],
  ["a.ts", "const a = 1;\nlet b = ;", "Expression expected (…/a.ts:2)"],
  ["a.ts", "enum A { B }", "TypeScript enum is not supported in strip-only mode (…/a.ts:1)"],
  ["a.cjs", "const a = 1;\nlet b = ;", "Unexpected token ';' (…/a.cjs:2)"],
  [
    "a.mjs",
    'import { nap } from "tsyncio";',
    "The requested module 'tsyncio' does not provide an export named 'nap' (…/a.mjs:1)",
  ],
  ["a.mjs", 'import "nowhere";', "Cannot find package 'nowhere' imported from …/a.mjs"],
  ["a.mjs", 'import "./nowhere.js";', "Cannot find module '…/nowhere.js' imported from …/a.mjs"],
  ["a.cjs", 'require("nowhere");', "Cannot find module 'nowhere' Require stack: - …/a.cjs"],
  ["a.txt", "", 'Unknown file extension ".txt" for …/a.txt'],
])("a file that can't be loaded is told why and where: %s with %j", async (name, code, problem) => {
  expect(await complaintOf({ [name]: code })).toEqual({ code: 2, line: `tsyncio: cannot load ${name}: ${problem}` });
});

test("a syntax error in a file that is imported is told without its place, which Node keeps for itself", async () => {
  const files = { "a.mjs": 'import "./b.mjs";', "b.mjs": "let b = ;" };
  const line = "tsyncio: cannot load a.mjs: Unexpected token ';', in a file that it imports";
  expect(await complaintOf(files)).toEqual({ code: 2, line });
});

test("a Node that runs no TypeScript says what to do about it", async () => {
  const version = (node: string) =>
    `--import data:text/javascript,Object.defineProperty(process.versions,'node',{value:'${node}'})`;
  const files = { "a.ts": "export async function main(): Promise<void> {}" };
  const noTypes = "--no-experimental-strip-types";
  const what = "use Node 22.18 or later, or compile the file and run the JavaScript";
  expect(await complaintOf(files, { NODE_OPTIONS: `${noTypes} ${version("22.17.1")}` })).toEqual({
    code: 2,
    line: `tsyncio: cannot load a.ts: Node 22.17.1 doesn't run TypeScript: ${what}`,
  });
  expect(await complaintOf(files, { NODE_OPTIONS: `${noTypes} ${version("22.18.0")}` })).toEqual({
    code: 2,
    line: `tsyncio: cannot load a.ts: this Node 22.18.0 was told not to run TypeScript: ${what}`,
  });
});

test("a file whose top-level await waits for ever is not taken for one that has ended", async () => {
  const { code, line } = await complaintOf({ "a.mjs": "await new Promise(() => {}); export async function main() {}" });
  expect({ code, line }).toEqual({
    code: 2,
    line: "tsyncio: a.mjs was never loaded: a top-level await in it, or in what it imports, waits for ever",
  });
});

test("an error that the file throws while it is loaded is the program's: its trace, and exit code 1", async () => {
  const cwd = await folderWith({ "a.mjs": 'const config = JSON.parse("no JSON");\nexport async function main() {}' });
  expect(await tsyncio(["run", "a.mjs"], { cwd })).toMatchObject({
    code: 1,
    stderr: `SyntaxError: Unexpected token 'o', "no JSON" is not valid JSON
    at JSON.parse (<anonymous>)
    at a.mjs:1:21
`,
  });
});
