// The command as a user calls it.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { cancellation, failingChild } from "./fixtures/examples.ts";

const folder = mkdtempSync(join(tmpdir(), "conformance-"));
afterAll(() => rmSync(folder, { recursive: true }));

const MAIN = join(import.meta.dirname, "..", "src", "main.ts");

function conformance(...args: string[]) {
  const env = { ...process.env, INIT_CWD: folder };
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { env, encoding: "utf8" });
  return { status, stdout, stderr };
}

function file(name: string, text: string | Buffer): string {
  writeFileSync(join(folder, name), name.endsWith(".gz") ? gzipSync(text) : text);
  return name;
}

function lines(...programs: unknown[]): string {
  return programs.map((program) => `${JSON.stringify(program)}\n`).join("");
}

const wrong = {
  ...cancellation,
  id: "wrong",
  trace: cancellation.trace.toSpliced(3, 1, "0 main 0:2 sleep ?"),
};
const broomProgram = { ...cancellation, id: "brooms", objects: { B: { type: "broom" } } };

test("equal programs: a table, one line for each syntax, exit code 0", () => {
  const { status, stdout } = conformance(
    file("good.jsonl", lines(cancellation, failingChild)),
    file("more.jsonl.gz", lines(broomProgram)),
  );
  expect(stdout).toBe(`family                 syntax          run     equal different  excepted   skipped
examples               generator         2         2         0         0         1
examples               async             2         2         0         0         1

skipped programs: 1; not known here, and how many use it: broom (1)
generator: 2 of 2 equal
async: 2 of 2 equal, 0 excepted
`);
  expect(status).toBe(0);
});

test("a difference: where, and exit code 1", () => {
  const { status, stdout } = conformance("--syntax", "generator", file("wrong.jsonl", lines(wrong)));
  expect(stdout).toContain(`different: wrong, generator, line 4
  expected  0 main 0:2 sleep ?
  got       0 main 0:2 sleep >
`);
  expect(stdout).toMatch(/\ngenerator: 0 of 1 equal\n$/);
  expect(status).toBe(1);
});

test("--strict counts what is excepted as different", () => {
  const eager = file("eager.jsonl", lines({ ...wrong, eager: true }));
  expect(conformance("--syntax", "async", eager)).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/\nasync: 0 of 1 equal, 1 excepted\n$/),
  });
  expect(conformance("--syntax", "async", "--strict", eager)).toMatchObject({
    status: 1,
    stdout: expect.stringMatching(/\nasync: 0 of 1 equal, 0 excepted\n$/),
  });
});

test("--id shows both traces and marks the first difference", () => {
  const { status, stdout } = conformance(
    "--id",
    "wrong",
    "--syntax=async",
    file("two.jsonl", lines(cancellation, wrong)),
  );
  expect(stdout).toContain('0:3 ["cancel","a","enough"]');
  expect(stdout).toContain("async: different");
  const marked = stdout.split("\n").filter((line) => line.startsWith("!"));
  expect(marked).toEqual([expect.stringMatching(/^! 0 main 0:2 sleep \? +\| 0 main 0:2 sleep >$/)]);
  expect(status).toBe(1);
});

test("--source shows the JavaScript that a program becomes", () => {
  const args = ["--id", cancellation.id, "--source", file("source.jsonl", lines(cancellation))];
  const { status, stdout } = conformance(...args);
  expect(stdout).toContain("inline[2] = coroutine(function* body2() {");
  expect(stdout).toContain("inline[2] = async function body2() {");
  expect(status).toBe(0);
});

test.each([
  ["a missing file", ["absent.jsonl"], /absent\.jsonl: cannot be read: ENOENT/],
  ["a bad line", [file("bad.jsonl", `${lines(cancellation)}{"id":\n`)], /bad\.jsonl:2: not JSON: /],
  ["no program", [file("number.jsonl", "7\n")], /number\.jsonl:1: not a program/],
  ["a program without a trace", [file("bare.jsonl", lines({ bodies: [[]], main: 0 }))], /has no `trace`/],
  ["an empty file", [file("empty.jsonl", "")], /empty\.jsonl: no programs in it/],
  ["a file that is cut off", [file("cut.jsonl", Buffer.from([0x1f, 0x8b]))], /cut\.jsonl: cannot be read/],
  ["an unknown option", ["--frobnicate"], /Unknown option '--frobnicate'/],
  ["an unknown syntax", ["--syntax", "callback"], /--syntax is generator or async, not callback/],
  ["an unknown id", ["--id", "nobody"], /no program has the id nobody/],
])("%s: one clear line, exit code 2", (_what, args, message) => {
  const { status, stdout, stderr } = conformance(...args);
  expect(stderr).toMatch(message);
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  expect(stdout).toBe("");
  expect(status).toBe(2);
});
