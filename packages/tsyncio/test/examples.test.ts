// Every example, run by the command line as its reader would; both syntaxes print the same.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { hasRedis } from "@tsyncio/test-support";
import { Semaphore } from "tsyncio";
import { describe, expect, test } from "vitest";
import { type Ended, tsyncio } from "./cli.ts";

const folder = join(import.meta.dirname, "../examples");
const expected = join(import.meta.dirname, "expected");

const steps = readdirSync(folder).filter((name) => /^\d\d-[a-z-]+(\.generator)?\.ts$/.test(name));
const nameOf = (file: string) => file.replace(/(\.generator)?\.ts$/, "");
const outputOf = (file: string) =>
  nameOf(file) === "41-cluster" && !hasRedis
    ? "There is no redis-server on this machine: this step needs one.\n"
    : readFileSync(join(expected, `${nameOf(file)}.txt`), "utf8");
const masked = (output: string) => output.replaceAll(/\d+\.\d\d s\b/g, "N s");

/** Two at a time: they wait more than they work, but are many. */
const two = new Semaphore(2);
const inTurn = (run: () => Promise<Ended>): PromiseLike<Ended> => two.with(run);

test("every output that is expected is that of an example", () => {
  expect([...new Set(steps.map(nameOf))]).toEqual(readdirSync(expected).map((name) => name.replace(".txt", "")));
});

// They run in real time, and what they print in turn may be 100 ms apart: on a machine that stalls one for longer it gets another try.
describe.concurrent("examples", { retry: 2 }, () => {
  test("the tour takes all steps, one after the other, in less than 12 seconds", { timeout: 40_000 }, async ({
    expect,
  }) => {
    const { code, stdout, stderr } = await inTurn(() => tsyncio(["run", join(folder, "tour.ts")]));
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });

    const parts = stdout.split(/^(?= ?\d+ {2}\S)/m);
    const taken = parts.slice(1).map((part) => {
      const [headline = "", says, ...rest] = part.trimEnd().split("\n");
      const took = rest.findIndex((line) => line.startsWith("    took "));
      expect(rest[took], headline).toMatch(/^ {4}took \d+\.\d\d s$/);
      expect(says, headline).toMatch(/^ {4}[A-Za-z].*[.?]$/);
      expect(headline).toHaveLength(84);
      const file = /\S+$/.exec(headline)?.[0] ?? "";
      const output = `${rest.slice(0, took).join("\n")}\n`.replaceAll(/^ {6}/gm, "");
      expect(masked(output).replace(/^warning: .*\n/m, ""), headline).toBe(outputOf(file));
      return file;
    });
    // One step is shown in both syntaxes.
    expect(taken.sort()).toEqual(
      [...new Set(steps.map(nameOf)), "02-count.generator"].map((name) => `${name}.ts`).sort(),
    );
    expect(stdout).toMatch(/^ {6}warning: Executing <Task greedy\b.* took 0\.\d+ seconds$/m);
    expect(Number(/That was the tour, in (\d+\.\d\d) s/.exec(stdout)?.[1])).toBeLessThan(12);
  });

  test.for(steps)("%s", { timeout: 30_000 }, async (file, { expect }) => {
    const { code, stdout, stderr } = await inTurn(() => tsyncio(["run", join(folder, file)]));
    expect(masked(stdout)).toBe(outputOf(file));
    if (nameOf(file) === "14-debug-mode") expect(stderr).toMatch(/Executing <Task greedy\b.*> took 0\.\d+ seconds/);
    else expect(stderr).toBe("");
    expect(code).toBe(0);
  });
});
