import {
  FileNotFoundError,
  outputOf,
  ProcessError,
  ProcessTimeoutError,
  runProcess,
  STDOUT,
} from "@tsyncio/subprocess";
import { createTask } from "@tsyncio/tasks";
import { failure, on, outcome } from "@tsyncio/test-support";
import { sleep } from "@tsyncio/timeouts";
import { describe, expect, expectTypeOf, it } from "vitest";
import { law } from "./support.ts";

describe("runProcess", () => {
  law("gives what the program wrote, as text or bytes, and how it ended", function* () {
    const result = yield* on(runProcess("sh", ["-c", "echo ü; echo err >&2"]));
    expect(result).toEqual({
      command: ["sh", "-c", "echo ü; echo err >&2"],
      pid: expect.any(Number),
      code: 0,
      signal: null,
      stdout: "ü\n",
      stderr: "err\n",
    });
    const bytes = yield* on(runProcess("cat", [], { input: new Uint8Array([0, 255]), encoding: null }));
    expect([...bytes.stdout]).toEqual([0, 255]);
    expect((yield* on(runProcess("cat", [], { input: "text" }))).stdout).toBe("text");
    expect((yield* on(runProcess("cat"))).stdout).toBe("");
    const joined = yield* on(runProcess("sh", ["-c", "echo a; echo b >&2; echo c"], { stderr: STDOUT }));
    expect([joined.stdout, joined.stderr]).toEqual(["a\nb\nc\n", ""]);
  });

  law("throws when the program fails, with the code, the output and the command", function* () {
    const error = yield* failure(runProcess("sh", ["-c", "echo out; echo why >&2; exit 3"]));
    expect(error).toBeInstanceOf(ProcessError);
    expect(String(error)).toBe('ProcessError: sh -c "echo out; echo why >&2; exit 3" ended with the exit code 3\nwhy');
    const { code, signal, stdout, stderr, command } = error as ProcessError;
    expect([code, signal, stdout, stderr]).toEqual([3, null, "out\n", "why\n"]);
    expect(command).toEqual(["sh", "-c", "echo out; echo why >&2; exit 3"]);
    const killed = yield* failure(runProcess("sh", ["-c", "kill -KILL $$"]));
    expect([(killed as ProcessError).code, (killed as ProcessError).signal]).toEqual([null, "SIGKILL"]);
    expect(String(killed)).toBe('ProcessError: sh -c "kill -KILL $$" was ended by SIGKILL');
  });

  law("gives how it failed as a result, with check: false", function* () {
    const result = yield* on(runProcess("sh", ["-c", "exit 3"], { check: false }));
    expect([result.code, result.signal]).toEqual([3, null]);
    const killed = yield* on(runProcess("sh", ["-c", "kill -TERM $$"], { check: false }));
    expect([killed.code, killed.signal]).toEqual([null, "SIGTERM"]);
  });

  law("has a time limit, whose error carries what was written", function* () {
    const error = yield* failure(runProcess("sh", ["-c", "echo one; sleep 60"], { timeout: "500ms" }));
    expect(error).toBeInstanceOf(ProcessTimeoutError);
    expect((error as ProcessTimeoutError).stdout).toBe("one\n");
    expect((error as Error).stack).toContain("run-process.test.ts");
  });

  law("has a limit of its output", function* () {
    const error = yield* failure(runProcess("yes", [], { maxOutput: 10 }));
    expect(error).toBeInstanceOf(ProcessError);
    expect(String(error)).toBe("ProcessError: yes wrote more than 10 bytes to stdout");
    expect((error as ProcessError).stdout).toBe("y\ny\ny\ny\ny\n");
    const errors = yield* failure(runProcess("sh", ["-c", "yes >&2"], { maxOutput: 3 }));
    expect(String(errors)).toBe('ProcessError: sh -c "yes >&2" wrote more than 3 bytes to stderr');
    expect((yield* on(runProcess("echo", ["four"], { maxOutput: 5 }))).stdout).toBe("four\n");
  });

  law("waits for those who hold the pipes when the program has ended, or for afterExit", function* () {
    const script = "(sleep 0.2; echo late) & echo early";
    expect((yield* on(runProcess("sh", ["-c", script]))).stdout).toBe("early\nlate\n");
    const begin = performance.now();
    const result = yield* on(runProcess("sh", ["-c", "sleep 60 & echo early"], { afterExit: "50ms" }));
    expect(result.stdout).toBe("early\n");
    expect(performance.now() - begin).toBeLessThan(2000);
  });

  law("is cancelled with the program, and gives what was written", function* ({ fn }) {
    let output: unknown;
    const task = createTask(
      fn(function* () {
        const error = yield* failure(runProcess("sh", ["-c", "echo one; sleep 60"]));
        output = outputOf(error)?.stdout;
        throw error;
      }),
    );
    yield* on(sleep("500ms"));
    task.cancel();
    expect(String(yield* failure(task))).toBe("CancelledError");
    expect(output).toBe("one\n");
  });

  law("shows where it was called in the errors of what can't be started", function* () {
    const error = yield* failure(runProcess("nope"));
    expect(error).toBeInstanceOf(FileNotFoundError);
    expect((error as Error).stack).toContain("run-process.test.ts");
  });

  it("refuses bad arguments at the call", () => {
    const call = runProcess as (...args: unknown[]) => unknown;
    for (const [options, message] of [
      [{ encoding: "latin1" }, 'ValueError: encoding must be "utf8" or null, got "latin1"'],
      [{ maxOutput: -1 }, "ValueError: maxOutput must be a number of bytes, got -1"],
      [{ input: 5 }, "TypeError: input must be a Uint8Array, a string or null, got 5"],
      [{ input: "a", stdin: null }, "ValueError: stdin and input can't both be given"],
      [{ cwd: 5 }, "TypeError: cwd must be a string, got 5"],
    ] as const) {
      expect(String(outcome(() => call("a", [], options)))).toBe(message);
    }
  });

  it("knows by its options whether it gives text", () => {
    const text = () => runProcess("a", [], { timeout: 1 });
    const bytes = () => runProcess("a", [], { encoding: null });
    expectTypeOf<Awaited<ReturnType<typeof text>>["stdout"]>().toEqualTypeOf<string>();
    expectTypeOf<Awaited<ReturnType<typeof bytes>>["stdout"]>().toEqualTypeOf<Buffer>();
  });
});
