// Programs whose trace may differ: few, for a reason, and never by name.
import { expect, test } from "vitest";
import { check } from "../src/check.ts";
import { EXCEPTION_RULES, ruleFor } from "../src/exceptions.ts";
import { corpus, programOf } from "./fixtures/programs.ts";

test("there is one rule, for eager tasks in async syntax", () => {
  expect(EXCEPTION_RULES.map(({ syntax, reason }) => [syntax, reason])).toEqual([
    ["async", expect.stringContaining("eagerly")],
  ]);
});

test("a rule looks at the program and its trace, not at its labels", () => {
  for (const program of corpus()) {
    const unnamed = { ...program, id: "", family: "" };
    expect(ruleFor(unnamed, "async")).toBe(ruleFor(program, "async"));
    expect(ruleFor(program, "generator")).toBeUndefined();
  }
});

test("the rule holds for programs that start a task eagerly, and for no others", () => {
  const plain = programOf([["log", "spawnEager ="]]);
  expect(ruleFor({ ...plain, trace: ['0 main 0:0 log = "spawnEager ="'] }, "async")).toBeUndefined();
  expect(ruleFor({ ...plain, eager: true }, "async")).toBeDefined();
  expect(ruleFor({ ...plain, trace: ['0 main 0:0 spawnEager = "Task-1"'] }, "async")).toBeDefined();
});

test("a difference is excused in async syntax only, and never when strict", async () => {
  const eager = { ...programOf([["log", 1]]), eager: true, trace: ["something else"] };
  expect(await check(eager, "async", false)).toMatchObject({ verdict: "excepted", rule: EXCEPTION_RULES[0] });
  expect((await check(eager, "async", true)).verdict).toBe("different");
  expect((await check(eager, "generator", false)).verdict).toBe("different");
});
