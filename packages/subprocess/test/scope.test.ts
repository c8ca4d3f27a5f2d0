import type { StreamReader } from "@tsyncio/streams";
import {
  DEVNULL,
  FileNotFoundError,
  outputOf,
  PIPE,
  type Process,
  ProcessTimeoutError,
  subprocess,
  TimeoutError,
} from "@tsyncio/subprocess";
import { createTask } from "@tsyncio/tasks";
import { failure, on, outcome, type Script } from "@tsyncio/test-support";
import { sleep, timeout } from "@tsyncio/timeouts";
import { describe, expect, expectTypeOf, it } from "vitest";
import { isAlive, law, tree } from "./support.ts";

type Reading = Process<null, StreamReader, null>;

/** The numbers of the processes of a {@link tree}. */
function* pidsOf(process: Reading): Script<number[]> {
  return String(yield* on(process.stdout.readline()))
    .trim()
    .split(/\s+/)
    .map(Number);
}

describe("a scope", () => {
  law("gives what its body gives", function* ({ fn }) {
    const body = fn(function* (process: Reading) {
      return String(yield* on(process.stdout.readline()));
    });
    expect(yield* on(subprocess("echo", ["hello"], body, { stdout: PIPE }))).toBe("hello\n");
  });

  for (const [how, ignoring] of [
    ["by SIGTERM", false],
    ["by SIGKILL after the grace, when they ignore SIGTERM", true],
  ] as const) {
    law(`ends a tree of processes, three deep, with its body: ${how}`, function* ({ fn }) {
      const begin = performance.now();
      const body = fn(function* (process: Reading) {
        return yield* pidsOf(process);
      });
      const pids = yield* on(subprocess(...tree(ignoring), body, { stdout: PIPE, grace: "300ms" }));
      expect(pids).toHaveLength(3);
      expect(pids.filter(isAlive)).toEqual([]);
      const took = performance.now() - begin;
      if (ignoring) expect(took).toBeGreaterThan(290);
      else expect(took).toBeLessThan(290);
    });
  }

  law("ends it when the body fails, and throws its error", function* ({ fn }) {
    let pid = 0;
    const body = fn(function* (process: Process): Script<void> {
      pid = process.pid;
      yield* on(sleep(0));
      throw new Error("of the body");
    });
    expect(String(yield* failure(subprocess("sleep", ["60"], body)))).toBe("Error: of the body");
    expect(isAlive(pid)).toBe(false);
  });

  law("ends it when it is cancelled, and gives the output that nobody had read", function* ({ fn }) {
    let pid = 0;
    let communicating = false;
    let output: unknown;
    const body = fn(function* (process: Reading) {
      pid = Number(yield* on(process.stdout.readline()));
      const rest = process.communicate();
      communicating = true;
      yield* on(rest);
    });
    const main = fn(function* () {
      const error = yield* failure(
        subprocess("sh", ["-c", "printf '%s\\nmore\\n' $$; sleep 60"], body, { stdout: PIPE }),
      );
      output = outputOf(error)?.stdout;
      throw error;
    });
    const task = createTask(main);
    while (!communicating) yield* on(sleep("5ms"));
    task.cancel();
    expect(String(yield* failure(task))).toBe("CancelledError");
    expect(String(output)).toBe("more\n");
    expect(isAlive(pid)).toBe(false);
  });

  law("kills at once when it is cancelled again", function* ({ fn }) {
    let runs = false;
    const task = createTask(
      fn(function* () {
        const body = fn(function* (process: Reading) {
          yield* pidsOf(process);
          runs = true;
          yield* on(sleep("1h"));
        });
        yield* on(subprocess(...tree(true), body, { stdout: PIPE, grace: null }));
      }),
    );
    while (!runs) yield* on(sleep("5ms"));
    task.cancel();
    yield* on(sleep("50ms"));
    expect(task.done()).toBe(false);
    task.cancel();
    expect(String(yield* failure(task))).toBe("CancelledError");
  });

  law("has a time limit, whose error carries the output that nobody had read", function* () {
    const begin = performance.now();
    const error = yield* failure(
      subprocess("sh", ["-c", "echo one; sleep 60"], (process) => process.communicate(), {
        stdout: PIPE,
        timeout: "500ms",
      }),
    );
    expect(performance.now() - begin).toBeLessThan(2000);
    expect(error).toBeInstanceOf(ProcessTimeoutError);
    expect(error).toBeInstanceOf(TimeoutError);
    expect(String(error)).toBe('ProcessTimeoutError: sh -c "echo one; sleep 60" took longer than 0.5 s');
    expect(String((error as ProcessTimeoutError).stdout)).toBe("one\n");
    expect((error as ProcessTimeoutError).stderr).toBeNull();
    expect(outputOf(new Error())).toBeNull();
  });

  law("lets a timeout around it be what ends it", function* () {
    const slow = () => subprocess("sleep", ["60"], (process) => process.wait());
    const error = yield* failure(timeout("50ms", slow));
    expect(error).not.toBeInstanceOf(ProcessTimeoutError);
    expect(error).toBeInstanceOf(TimeoutError);
  });

  law("reads on while it ends a process, which may be writing its last words", function* ({ fn }) {
    const script = "trap 'head -c 1000000 /dev/zero; exit 9' TERM; echo up; while :; do sleep 0.01; done";
    let process: Reading | null = null;
    const body = fn(function* (started: Reading) {
      process = started;
      yield* on(started.stdout.readline());
    });
    // The shell tells of its `sleep` on stderr.
    yield* on(subprocess("sh", ["-c", script], body, { stdout: PIPE, stderr: DEVNULL }));
    expect((process as Reading | null)?.returncode).toBe(9);
  });

  law("ends what the process left behind, too", function* ({ fn }) {
    const body = fn(function* (process: Reading) {
      const pid = Number(yield* on(process.stdout.readline()));
      yield* on(process.wait());
      expect(isAlive(pid)).toBe(true);
      return pid;
    });
    const pid = yield* on(subprocess("sh", ["-c", "sleep 60 & echo $!"], body, { stdout: PIPE }));
    expect(isAlive(pid)).toBe(false);
  });

  law("wakes a process that is stopped, to end it", function* ({ fn }) {
    const body = fn(function* (process: Process) {
      process.sendSignal("SIGSTOP");
      yield* on(sleep("20ms"));
    });
    const begin = performance.now();
    yield* on(subprocess("sleep", ["60"], body));
    expect(performance.now() - begin).toBeLessThan(2000);
  });

  law("without a session of its own ends the process alone", function* ({ fn }) {
    let pid = 0;
    const body = fn(function* (process: Process) {
      pid = process.pid;
      yield* on(sleep(0));
    });
    yield* on(subprocess("sleep", ["60"], body, { startNewSession: false }));
    expect(isAlive(pid)).toBe(false);
  });

  law("throws what keeps the program from starting, and does not call the body", function* () {
    const error = yield* failure(subprocess("nope", [], () => Promise.reject(new Error("called"))));
    expect(error).toBeInstanceOf(FileNotFoundError);
  });

  it("refuses bad arguments at the call", () => {
    const call = subprocess as (...args: unknown[]) => unknown;
    const body = async () => {};
    expect(String(outcome(() => call("a", [], 5)))).toBe(
      "TypeError: a function was expected as the body of subprocess(), got 5",
    );
    expect(String(outcome(() => call("", [], body)))).toBe("ValueError: program must not be empty");
    expect(String(outcome(() => call("a", [], body, { grace: "soon" })))).toMatch(/^ValueError: Invalid delay: "soon"/);
    expect(String(outcome(() => call("a", [], body, { timeout: Number.NaN })))).toMatch(/^ValueError: Invalid delay/);
  });

  it("types its process by the options", () => {
    const scope = () => subprocess("a", [], async (process) => process.stdout, { stdout: PIPE });
    expectTypeOf<Awaited<ReturnType<typeof scope>>>().toEqualTypeOf<StreamReader>();
  });
});
