import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { parseOptions, UsageError } from "../src/options.ts";
import { suites } from "../src/suites.ts";

const known = ["spawn", "switch"];

it("measures everything and prints a table unless told otherwise", () => {
  expect(parseOptions([], known)).toEqual({
    suites: [],
    json: false,
    update: false,
    compare: false,
    help: false,
    rounds: 3,
  });
});

it("takes suites and options in any order", () => {
  const options = parseOptions(["switch", "--json", "spawn", "--rounds=5", "--compare"], known);
  expect(options).toMatchObject({ suites: ["switch", "spawn"], json: true, compare: true, rounds: 5 });
});

describe("bad input", () => {
  it.each([
    { args: ["swich"], message: 'no suite "swich"; there are spawn, switch' },
    { args: ["--jason"], message: "Unknown option '--jason'" },
    { args: ["--rounds", "0"], message: '--rounds takes a number from 1 to 999, not "0"' },
    { args: ["--rounds", "many"], message: '--rounds takes a number from 1 to 999, not "many"' },
    { args: ["--rounds"], message: "Option '--rounds <value>' argument missing" },
    { args: ["--json=yes"], message: "Option '--json' does not take an argument" },
    { args: ["--update", "--compare"], message: "--update and --compare: choose one" },
  ])("$args", ({ args, message }) => {
    expect(() => parseOptions(args, known)).toThrow(new UsageError(message));
  });

  it("is one line on stderr and exit code 2", async () => {
    const main = join(import.meta.dirname, "..", "src", "main.ts");
    const failure = await promisify(execFile)(process.execPath, [main, "nothing"]).catch((error) => error);
    expect(failure).toMatchObject({ code: 2, stdout: "" });
    expect(failure.stderr).toBe(`bench: no suite "nothing"; there are ${suites.map(({ name }) => name).join(", ")}\n`);
  });
});
