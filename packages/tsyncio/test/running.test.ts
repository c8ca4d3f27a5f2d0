// What `tsyncio run` makes of the end of main.
import { expect, test } from "vitest";
import { folderWith, tsyncio } from "./cli.ts";

async function run(code: string, name = "program.mjs") {
  const cwd = await folderWith({ [name]: code });
  const { stdout, stderr, ...end } = await tsyncio(["run", name], { cwd });
  return { code: end.code, stdout, stderr: stderr.replaceAll(cwd, "…") };
}

const printing = (lines: string) => `import { coroutine, sleep } from "tsyncio";\n${lines}`;

test.each([
  ["an async function", 'export async function main() { await sleep("1ms"); console.log("done"); }'],
  ["an arrow function", 'export const main = async () => { await sleep("1ms"); console.log("done"); };'],
  [
    "what coroutine() made",
    'export const main = coroutine(function* () { yield* sleep("1ms"); console.log("done"); });',
  ],
  ["a generator function", 'export function* main() { yield* sleep("1ms"); console.log("done"); }'],
  [
    "a function that returns a promise",
    'export function main() { return sleep("1ms").then(() => console.log("done")); }',
  ],
  ["a function that returns a generator", 'export const main = () => (function* () { console.log("done"); })();'],
])("main may be %s", async (_, code) => {
  expect(await run(printing(code))).toEqual({ code: 0, stdout: "done\n", stderr: "" });
});

test("TypeScript runs as it is", async () => {
  const code =
    'import { type Delay, sleep } from "tsyncio";\nconst delay: Delay = "1ms";\nexport async function main(): Promise<void> { await sleep(delay); }';
  expect(await run(code, "program.ts")).toEqual({ code: 0, stdout: "", stderr: "" });
});

test("a CommonJS program runs too", async () => {
  const code =
    'const { sleep } = require("tsyncio");\nexports.main = async () => { await sleep("1ms"); console.log("done"); };';
  expect(await run(code, "program.cjs")).toEqual({ code: 0, stdout: "done\n", stderr: "" });
});

test("tasks that main leaves behind are cancelled, and clean up", async () => {
  const code = `
    import { createTask, sleep } from "tsyncio";
    async function background() {
      try { await sleep("1h"); } finally { await sleep("1ms"); console.log("cleaned up"); }
    }
    export async function main() { createTask(background); await sleep("1ms"); }`;
  expect(await run(code)).toEqual({ code: 0, stdout: "cleaned up\n", stderr: "" });
});

test("an exit code that the program has set stays", async () => {
  expect(await run("export async function main() { process.exitCode = 7; }")).toMatchObject({ code: 7 });
});

test("what the host still has to do when main has ended is done", async () => {
  const code = 'export async function main() { setTimeout(() => console.log("later"), 20); }';
  expect(await run(code)).toEqual({ code: 0, stdout: "later\n", stderr: "" });
});

test("SystemExit ends with its code; made with a text it tells it, and the code is 1", async () => {
  const exit = (value: string) =>
    run(`import { SystemExit } from "tsyncio";\nexport async function main() { throw new SystemExit(${value}); }`);
  expect(await exit("0")).toEqual({ code: 0, stdout: "", stderr: "" });
  expect(await exit("3")).toEqual({ code: 3, stdout: "", stderr: "" });
  expect(await exit('"no such city"')).toEqual({ code: 1, stdout: "", stderr: "no such city\n" });
});

test("SystemExit of a background task ends the program too", async () => {
  const code = `
    import { createTask, sleep, SystemExit } from "tsyncio";
    export async function main() {
      createTask(async () => { throw new SystemExit(4); });
      try { await sleep("1h"); } finally { console.log("cleaned up"); }
    }`;
  expect(await run(code)).toMatchObject({ code: 4, stdout: "cleaned up\n" });
});

test("an open server does not keep a program that has failed", async () => {
  const code = `
    import { createServer } from "node:http";
    export async function main() { createServer().listen(0); throw new Error("no"); }`;
  expect(await run(code)).toMatchObject({ code: 1 });
});

test("all that was written arrives, also when the program fails", async () => {
  const code = `
    export async function main() { console.log("x".repeat(1_000_000)); console.error("y".repeat(1_000_000)); throw 1; }`;
  const { code: exit, stdout, stderr } = await run(code);
  expect([exit, stdout.length, stderr.length]).toEqual([
    1,
    1_000_001,
    1_000_001 + "1 was thrown, which is no Error\n".length,
  ]);
});

test("an error is told with the coroutines that it came through, those of other tasks too, and its causes", async () => {
  const code = `import { coroutine, createTask, sleep } from "tsyncio";
const query = coroutine(function* query() {
  yield* sleep("1ms");
  throw new RangeError("no such row", { cause: new Error("empty table") });
});
const load = coroutine(function* load() { yield* query(); });
export const main = coroutine(function* main() { yield* createTask(load(), { name: "loader" }); });`;
  expect(await run(code)).toEqual({
    code: 1,
    stdout: "",
    stderr: `RangeError: no such row
    at query (program.mjs:4:9)
    at async load (loader)
    at async main (Task-1)
caused by Error: empty table
    at query (program.mjs:4:48)
`,
  });
});

test("a group of errors is told as a tree", async () => {
  const code = `import { sleep, taskGroup } from "tsyncio";
async function fail() { await sleep("1ms"); throw new Error("one"); }
async function failToCleanUp() { try { await sleep("1h"); } finally { throw new Error("two"); } }
export async function main() {
  await taskGroup(async (outer) => {
    outer.createTask(fail, { name: "A" });
    outer.createTask(async function nested() {
      await taskGroup(async (inner) => { inner.createTask(failToCleanUp, { name: "B" }); });
    }, { name: "C" });
  });
}`;
  const { code: exit, stderr } = await run(code);
  expect(exit).toBe(1);
  expect(stderr).toBe(`ExceptionGroup: unhandled errors in a TaskGroup (2 errors)
    at async main (Task-1)
├── Error: one
│       at fail (program.mjs:2:51)
│       at async fail (A)
└── ExceptionGroup: unhandled errors in a TaskGroup (1 error)
        at async nested (C)
    └── Error: two
            at failToCleanUp (program.mjs:3:77)
            at async failToCleanUp (B)
`);
});

test("what an error carries is told with it", async () => {
  const { stderr } = await run(
    'import fs from "node:fs/promises";\nexport const main = () => fs.readFile("/nowhere");',
  );
  expect(stderr).toMatch(/^Error: ENOENT: no such file or directory, open '\/nowhere' \{.* code: 'ENOENT'.*\}\n/);
});

test("errors that cause each other are told once", async () => {
  const { code, stderr } = await run(`
    export async function main() {
      const a = new Error("a"), b = new Error("b", { cause: a });
      a.cause = b;
      throw a;
    }`);
  expect(code).toBe(1);
  expect(stderr.match(/^.*Error: .*$/gm)).toEqual(["Error: a", "caused by Error: b", "caused by Error: a (see above)"]);
});

test("the frames are those of the program, also where an error of tsyncio never came to a task", async () => {
  expect(await run('import { sleep } from "tsyncio";\nexport const main = async () => {};\nsleep("soon");')).toEqual({
    code: 1,
    stdout: "",
    stderr: `ValueError: Invalid delay: "soon" (write a number and a unit: "250ms", "1.5s", "2m", "1h")
    at program.mjs:3:1
`,
  });
});

test("a program that nothing can wake any more is told who waits for what, after its clean-up", async () => {
  const code = `
    import { createTask, Future } from "tsyncio";
    export async function main() {
      const helper = createTask(async () => new Future(), { name: "helper" });
      try { await helper; } finally { console.log("cleaned up"); }
    }`;
  const { code: exit, stdout, stderr } = await run(code);
  expect({ exit, stdout }).toEqual({ exit: 1, stdout: "cleaned up\n" });
  expect(stderr).toMatch(/^DeadlockError: nothing can wake the program any more:\n {2}Task-1\b.*\n {2}helper\b.*\n$/);
});
