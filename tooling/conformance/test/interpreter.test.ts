// The interpreter itself: it writes what the language says, and a wrong trace does not pass.
import { describe, expect, test } from "vitest";
import { check } from "../src/check.ts";
import { runProgram } from "../src/run-program.ts";
import { cancellation, failingChild } from "./fixtures/examples.ts";
import { programOf, SYNTAXES } from "./fixtures/programs.ts";

describe.each(SYNTAXES)("in %s syntax", (syntax) => {
  const trace = (...bodies: Parameters<typeof programOf>) => runProgram(programOf(...bodies), syntax);

  test("the worked examples of the language leave their traces", async () => {
    expect(await runProgram(cancellation, syntax)).toEqual(cancellation.trace);
    expect(await runProgram(failingChild, syntax)).toEqual(failingChild.trace);
  });

  test("a line that is changed, missing or too much is a difference", async () => {
    const { trace: lines } = cancellation;
    const changed = lines.with(12, lines[12]?.replace("enough", "almost") ?? "");
    expect(await check({ ...cancellation, trace: changed }, syntax, false)).toMatchObject({
      verdict: "different",
      difference: 12,
    });
    expect(await check({ ...cancellation, trace: lines.toSpliced(7, 1) }, syntax, false)).toMatchObject({
      verdict: "different",
      difference: 7,
    });
    expect(await check({ ...cancellation, trace: [...lines, "0 - - more"] }, syntax, false)).toMatchObject({
      verdict: "different",
      difference: lines.length,
    });
    expect(await check({ ...cancellation, trace: lines.slice(0, -1) }, syntax, false)).toMatchObject({
      verdict: "different",
      difference: lines.length - 1,
    });
  });

  test("an operation that names something not set is skipped", async () => {
    expect(
      await trace([
        ["await", "nobody"],
        ["gather", ["nobody"], false],
        ["expired", "nobody"],
      ]),
    ).toEqual([
      "0 main 0 body >",
      "0 main 0:0 await ?",
      "0 main 0:1 gather ?",
      "0 main 0:2 expired ?",
      "0 main 0 body < null",
      "0 - - end < null",
      "0 - - closed = []",
    ]);
  });

  test("a deadlock ends the trace with the tasks that are left", async () => {
    expect(
      await trace(
        [
          ["newFuture", "F"],
          ["spawn", "s", 1, null],
          ["await", "F"],
        ],
        [["await", "F"]],
      ),
    ).toEqual([
      "0 main 0 body >",
      "0 main 0:0 newFuture = null",
      '0 main 0:1 spawn = "Task-1"',
      "0 main 0:2 await >",
      "0 Task-1 1 body >",
      "0 Task-1 1:0 await >",
      '0 - - DEADLOCK = ["main","Task-1"]',
    ]);
  });

  test("SystemExit ends the trace at once", async () => {
    expect(
      await trace(
        [
          ["spawn", "s", 1, null],
          ["sleep", 5, null],
        ],
        [["raise", "SystemExit", "off"]],
      ),
    ).toEqual([
      "0 main 0 body >",
      '0 main 0:0 spawn = "Task-1"',
      "0 main 0:1 sleep >",
      "0 Task-1 1 body >",
      '0 Task-1 1:0 raise ! SystemExit("off")',
      '0 Task-1 1 body ! SystemExit("off")',
      '0 - - abort ! SystemExit("off")',
    ]);
  });

  test("a program that never ends is cut off", async () => {
    const lines = await trace([
      ["sleep", 1, null],
      ["call", 0],
    ]);
    expect(lines.at(-1)).toMatch(/^\d+ - - BUDGET = null$/);
  });

  test("what only the exception handler sees is written without its details", async () => {
    expect(
      await trace(
        [
          ["callSoon", "h", 1],
          ["spawn", "s", 2, null],
          ["sleep", 0, null],
        ],
        [["raise", "ErrA", "a"]],
        [["try", [["sleep", 9, null]], [[["CancelledError"], [["raise", "ErrB", "b"]]]], null]],
      ),
    ).toEqual([
      "0 main 0 body >",
      "0 main 0:0 callSoon = null",
      '0 main 0:1 spawn = "Task-1"',
      "0 main 0:2 sleep >",
      "0 cb:h - callback >",
      '0 cb:h 1:0 raise ! ErrA("a")',
      '0 - - handler = "Exception in callback" ErrA("a")',
      "0 Task-1 2 body >",
      "0 Task-1 2:0.t.0 sleep >",
      "0 main 0:2 sleep < null",
      "0 main 0 body < null",
      "0 - - end < null",
      "0 Task-1 2:0.t.0 sleep ! CancelledError()",
      "0 Task-1 2:0 except = CancelledError()",
      '0 Task-1 2:0.h0.0 raise ! ErrB("b")',
      '0 Task-1 2 body ! ErrB("b")',
      '0 - - handler = "unhandled exception during asyncio.run() shutdown" ErrB("b")',
      "0 - - closed = []",
    ]);
  });

  test("a program with an unknown operation or object is skipped, and both are named", async () => {
    const program = {
      ...programOf([["try", [["levitate", 1]], [], null]]),
      objects: { B: { type: "broom" } },
    };
    expect(await check(program, syntax, false)).toMatchObject({
      verdict: "skipped",
      unknown: new Set(["broom", "levitate"]),
    });
  });
});
