import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { ProcessLookupError } from "@tsyncio/contract";
import type { StreamReader, StreamWriter } from "@tsyncio/streams";
import { createSubprocessExec, createSubprocessShell, DEVNULL, PIPE, type Process, STDOUT } from "@tsyncio/subprocess";
import { createTask, gather } from "@tsyncio/tasks";
import { failure, on, outcome } from "@tsyncio/test-support";
import { sleep, waitFor } from "@tsyncio/timeouts";
import { describe, expect, expectTypeOf, it } from "vitest";
import { isAlive, law, script } from "./support.ts";

describe("wait", () => {
  law("gives the exit code, and the negative number of the signal that ended it", function* () {
    const failed = yield* on(createSubprocessShell("exit 3"));
    expect(failed.returncode).toBeNull();
    expect(yield* on(failed.wait())).toBe(3);
    expect(failed.returncode).toBe(3);
    const killed = yield* on(createSubprocessExec("sleep", ["60"]));
    killed.kill();
    expect(yield* on(killed.wait())).toBe(-9);
    const ended = yield* on(createSubprocessShell("kill -TERM $$"));
    expect(yield* on(ended.wait())).toBe(-15);
  });

  law("gives it to all who wait, before and after the end", function* () {
    const process = yield* on(createSubprocessExec("cat", [], { stdin: PIPE }));
    const early = gather(process.wait(), process.wait());
    yield* on(sleep("1ms"));
    process.stdin.close();
    expect(yield* on(early)).toEqual([0, 0]);
    expect(yield* on(process.wait())).toBe(0);
  });

  law("is cancelled without the process, and without others who wait", function* () {
    const process = yield* on(createSubprocessExec("cat", [], { stdin: PIPE }));
    const other = createTask(process.wait());
    expect(String(yield* failure(waitFor(process.wait(), "20ms")))).toBe("TimeoutError");
    expect(process.returncode).toBeNull();
    process.stdin.close();
    expect(yield* on(other)).toBe(0);
  });

  law("is not held by a grandchild that keeps a pipe open", function* () {
    const process = yield* on(createSubprocessShell("sleep 2 & echo $!", { stdout: PIPE }));
    const pid = Number(yield* on(process.stdout.readline()));
    expect(yield* on(process.wait())).toBe(0);
    expect(isAlive(pid)).toBe(true);
    expect(process.stdout.atEof()).toBe(false);
    globalThis.process.kill(pid);
    yield* on(process.communicate());
  });
});

describe("communicate", () => {
  law("writes the input, and gives all of the output, however it and the exit come", function* () {
    const cat = yield* on(createSubprocessExec("cat", [], { stdin: PIPE, stdout: PIPE }));
    const input = Buffer.alloc(3_000_000, "ab");
    const [output, errors] = yield* on(cat.communicate(input));
    expect(input.equals(output)).toBe(true);
    expect(errors).toBeNull();
    // The grandchild writes when the process has long ended.
    const late = yield* on(createSubprocessShell("(sleep 0.1; echo late) & echo early", { stdout: PIPE }));
    expect(String((yield* on(late.communicate()))[0])).toBe("early\nlate\n");
    // The process ends long after its output.
    const early = yield* on(createSubprocessShell("echo early; exec >&-; sleep 0.1; exit 4", { stdout: PIPE }));
    expect(String((yield* on(early.communicate()))[0])).toBe("early\n");
    expect(early.returncode).toBe(4);
  });

  law("does not get stuck when both pipes are full at once", function* () {
    const source = "const s = 'x'.repeat(1e6); process.stdout.write(s); process.stderr.write(s);";
    const process = yield* on(createSubprocessExec(...script(source), { stdout: PIPE, stderr: PIPE }));
    const [output, errors] = yield* on(process.communicate());
    expect([output.length, errors.length]).toEqual([1e6, 1e6]);
  });

  law("takes no harm from a process that does not read its input", function* () {
    for (const command of ["exit 7", "exec <&-; sleep 0.05; exit 7"]) {
      const process = yield* on(createSubprocessShell(command, { stdin: PIPE, stdout: PIPE }));
      expect(String((yield* on(process.communicate("x".repeat(8_000_000))))[0])).toBe("");
      expect(process.returncode).toBe(7);
    }
  });

  // asyncio loses what was read before: https://github.com/python/cpython/issues/139373
  law("is called again after a cancellation, and has lost nothing", function* () {
    const process = yield* on(
      createSubprocessShell("echo one; echo err >&2; read x; echo two $x", { stdin: PIPE, stdout: PIPE, stderr: PIPE }),
    );
    expect(String(yield* on(process.stdout.readline()))).toBe("one\n");
    process.stdin.write("three");
    expect(String(yield* failure(waitFor(process.communicate("\nfour"), "0ms")))).toBe("TimeoutError");
    expect((yield* on(process.communicate())).map(String)).toEqual(["two three\n", "err\n"]);
  });

  law("gives back what it has collected when it is cancelled: it can be read", function* () {
    const process = yield* on(createSubprocessShell("echo one; sleep 0.7; echo two", { stdout: PIPE }));
    expect(String(yield* failure(waitFor(process.communicate(), "400ms")))).toBe("TimeoutError");
    expect(String(yield* on(process.stdout.readline()))).toBe("one\n");
    expect(String((yield* on(process.communicate()))[0])).toBe("two\n");
    expect(String((yield* on(process.communicate()))[0])).toBe("");
  });

  law("keeps output that had ended before it began, when it is cancelled and called again", function* () {
    const process = yield* on(createSubprocessShell("echo one; exec >&-; sleep 1", { stdout: PIPE }));
    while (!process.stdout.atEof() && !/eof/.test(String(process.stdout))) yield* on(sleep("5ms"));
    expect(String(yield* failure(waitFor(process.communicate(), "20ms")))).toBe("TimeoutError");
    expect(String((yield* on(process.communicate()))[0])).toBe("one\n");
  });

  law("limits what is in memory after a cancellation: the process is stopped by its full pipe", function* () {
    const process = yield* on(createSubprocessExec("yes", [], { stdout: PIPE }));
    while (!/paused/.test(String(process.stdout))) yield* on(sleep("1ms"));
    expect(String(yield* failure(waitFor(process.communicate(), "20ms")))).toBe("TimeoutError");
    const before = String(process.stdout);
    yield* on(sleep("50ms"));
    expect(before).toMatch(/paused/);
    // What was on its way already may have come.
    const bytes = (text: string) => Number(/(\d+) bytes/.exec(text)?.[1]);
    expect(bytes(String(process.stdout)) - bytes(before)).toBeLessThan(200_000);
    process.kill();
    yield* on(process.communicate());
  });

  law("refuses a second input, and a second caller at the same time", function* () {
    const process = yield* on(createSubprocessExec("cat", [], { stdin: PIPE, stdout: PIPE }));
    process.stdin.write("a");
    const first = createTask(process.communicate("b"));
    yield* on(sleep(0));
    expect(String(outcome(() => process.communicate("c")))).toBe(
      "ValueError: Cannot send input after starting communication",
    );
    expect(String(yield* failure(process.communicate()))).toMatch(
      /^RuntimeError: communicate\(\) called while another/,
    );
    expect(String((yield* on(first))[0])).toBe("ab");
  });

  law("refuses input without a pipe for it", function* () {
    const process = yield* on(createSubprocessExec("true", [], { stdin: DEVNULL }));
    expect(String(outcome(() => process.communicate("x")))).toMatch(
      /^ValueError: communicate\(\) was given input, but/,
    );
    expect(String(outcome(() => process.communicate(1 as never)))).toBe(
      "TypeError: input must be a Uint8Array, a string or null, got 1",
    );
    expect(yield* on(process.communicate())).toEqual([null, null]);
  });
});

describe("the streams", () => {
  law("are read and written while the process runs", function* () {
    const process = yield* on(createSubprocessExec("cat", [], { stdin: PIPE, stdout: PIPE }));
    for (const line of ["one\n", "two\n"]) {
      process.stdin.write(line);
      yield* on(process.stdin.drain());
      expect(String(yield* on(process.stdout.readline()))).toBe(line);
    }
    process.stdin.writeEof();
    expect((yield* on(process.stdout.read())).length).toBe(0);
    expect(yield* on(process.wait())).toBe(0);
  });

  law("tell who writes on that the process is gone", function* () {
    const process = yield* on(createSubprocessExec("true", [], { stdin: PIPE }));
    yield* on(process.wait());
    yield* on(process.stdin.waitClosed());
    process.stdin.write("x");
    expect(String(yield* failure(process.stdin.drain()))).toBe("ConnectionError: Connection lost");
  });

  law("are joined, in the order of the writes, by stderr: STDOUT", function* () {
    const command = "echo 1; echo 2 >&2; echo 3; echo 4 >&2";
    for (const make of [
      () => createSubprocessShell(command, { stdout: PIPE, stderr: STDOUT }),
      () => createSubprocessExec("sh", ["-c", command], { stdout: PIPE, stderr: STDOUT }),
    ]) {
      const process = yield* on(make());
      expect(process.stderr).toBeNull();
      const [output] = yield* on((process as Process<null, StreamReader, null>).communicate());
      expect(String(output)).toBe("1\n2\n3\n4\n");
    }
    const dropped = yield* on(createSubprocessShell(command, { stdout: DEVNULL, stderr: STDOUT }));
    expect(yield* on(dropped.wait())).toBe(0);
  });

  law("may be file descriptors", function* () {
    const folder = mkdtempSync(join(tmpdir(), "subprocess-"));
    writeFileSync(join(folder, "in"), "b\na\n");
    const [input, output] = [openSync(join(folder, "in"), "r"), openSync(join(folder, "out"), "w")];
    const sort = yield* on(createSubprocessExec("sort", [], { stdin: input, stdout: output, stderr: STDOUT }));
    expect(yield* on(sort.wait())).toBe(0);
    expect(readFileSync(join(folder, "out"), "utf8")).toBe("a\nb\n");
    const passing = yield* on(createSubprocessShell(`echo passed > /dev/fd/${output}`, { passFds: [output] }));
    expect(yield* on(passing.wait())).toBe(0);
    expect(readFileSync(join(folder, "out"), "utf8")).toBe("passed\n");
    for (const fd of [input, output]) closeSync(fd);
    rmSync(folder, { recursive: true });
  });

  law("make a pipeline of processes, without a copy when nobody has read from it", function* () {
    const seq = yield* on(createSubprocessExec("seq", ["1", "100000"], { stdout: PIPE }));
    const sort = yield* on(createSubprocessExec("sort", ["-rn"], { stdin: seq.stdout, stdout: PIPE, stderr: DEVNULL }));
    const head = yield* on(createSubprocessExec("head", ["-n", "2"], { stdin: sort.stdout, stdout: PIPE }));
    expect(sort.stdin).toBeNull();
    expect(String((yield* on(head.communicate()))[0])).toBe("100000\n99999\n");
    expect(yield* on(seq.wait())).toBe(0);
    yield* on(sort.wait());
    // Its end of the pipe is the other process's now.
    expect((yield* on(seq.stdout.read())).length).toBe(0);
  });

  law("make a pipeline of processes also when some of the output is here already", function* () {
    const seq = yield* on(createSubprocessExec("seq", ["1", "300000"], { stdout: PIPE }));
    expect(String(yield* on(seq.stdout.readline()))).toBe("1\n");
    const tail = yield* on(createSubprocessExec("wc", ["-l"], { stdin: seq.stdout, stdout: PIPE }));
    expect(String((yield* on(tail.communicate()))[0]).trim()).toBe("299999");
    expect(yield* on(seq.wait())).toBe(0);
    const done = yield* on(createSubprocessExec("echo", ["hello"], { stdout: PIPE }));
    yield* on(done.wait());
    yield* on(sleep("20ms"));
    const cat = yield* on(createSubprocessExec("cat", [], { stdin: done.stdout, stdout: PIPE }));
    expect(String((yield* on(cat.communicate()))[0])).toBe("hello\n");
  });

  law("of a pipeline end the first process when the last wants no more", function* () {
    for (const early of [true, false]) {
      const yes = yield* on(createSubprocessExec("yes", [], { stdout: PIPE, stderr: DEVNULL }));
      if (!early) yield* on(yes.stdout.readline());
      const head = yield* on(createSubprocessExec("head", ["-n", "1"], { stdin: yes.stdout, stdout: PIPE }));
      expect(String((yield* on(head.communicate()))[0])).toBe("y\n");
      expect(yield* on(yes.wait())).not.toBe(0);
    }
  });
});

describe("options", () => {
  law("say where it runs, and with what environment", function* () {
    const where = yield* on(
      createSubprocessShell("pwd; echo $ONE-$HOME", { cwd: "/", env: { ONE: "1" }, stdout: PIPE }),
    );
    expect(String((yield* on(where.communicate()))[0])).toBe("/\n1-\n");
  });

  law("leave it our environment, as it is at the start", function* () {
    const { env } = process;
    const seen = function* () {
      const child = yield* on(createSubprocessExec("printenv", ["TSYNCIO_A"], { stdout: PIPE }));
      return String((yield* on(child.communicate()))[0]).trim();
    };
    try {
      env.TSYNCIO_A = "ü=1";
      expect(yield* seen()).toBe("ü=1");
      // Tests and loaders of settings put an object of their own there.
      process.env = { ...env, TSYNCIO_A: "2" };
      expect(yield* seen()).toBe("2");
      process.env = new Proxy(env, { get: (target, name) => (name === "TSYNCIO_A" ? "3" : Reflect.get(target, name)) });
      expect(yield* seen()).toBe("3");
      process.env = env;
      delete env.TSYNCIO_A;
      expect(yield* seen()).toBe("");
    } finally {
      process.env = env;
      delete env.TSYNCIO_A;
    }
  });

  it("leave it the environment of the worker thread that starts it", async () => {
    const source = `
      const { createSubprocessExec, PIPE } = require("@tsyncio/subprocess");
      const { parentPort } = require("node:worker_threads");
      process.env.TSYNCIO_A = "set";
      createSubprocessExec("printenv", ["TSYNCIO_A", "TSYNCIO_B"], { stdout: PIPE }).then(
        async (child) => parentPort.postMessage(String((await child.communicate())[0])));
    `;
    const file = join(import.meta.dirname, `worker-${process.pid}.cjs`);
    writeFileSync(file, source);
    const worker = new Worker(file, { env: { ...process.env, TSYNCIO_B: "given" } });
    try {
      expect(await once(worker, "message")).toEqual(["set\ngiven\n"]);
    } finally {
      await worker.terminate();
      rmSync(file);
    }
  });

  law("give it a session of its own", function* () {
    const source = "console.log(require('child_process').execSync('ps -o sid= -p ' + process.pid).toString().trim())";
    for (const own of [true, false]) {
      const child = yield* on(createSubprocessExec(...script(source), { startNewSession: own, stdout: PIPE }));
      const [output] = yield* on(child.communicate());
      expect(String(output).trim() === String(child.pid)).toBe(own);
    }
  });

  law("pass arguments as they are", function* () {
    const args = ["a b", "$HOME", "*", "'\"", "", "ü\n"];
    const source = "console.log(JSON.stringify(process.argv.slice(1)))";
    const [program, start] = script(source);
    const child = yield* on(createSubprocessExec(program, [...start, "--", ...args], { stdout: PIPE }));
    expect(JSON.parse(String((yield* on(child.communicate()))[0]))).toEqual(args);
  });
});

describe("signals", () => {
  law("reach the process, by name and number, and no process that is gone", function* () {
    const child = yield* on(
      createSubprocessShell("trap 'echo got; exit 5' USR1; echo up; while :; do sleep 0.01; done", { stdout: PIPE }),
    );
    yield* on(child.stdout.readline());
    expect(String(outcome(() => child.sendSignal("SIGFOO" as never)))).toBe('ValueError: unknown signal: "SIGFOO"');
    const short = outcome(() => child.sendSignal("term" as never));
    expect(String(short)).toBe('ValueError: unknown signal: "term" (write "SIGTERM")');
    expect(String(outcome(() => child.sendSignal(1000)))).toBe("ValueError: unknown signal: 1000");
    child.sendSignal(0);
    child.sendSignal("SIGUSR1");
    expect(String((yield* on(child.communicate()))[0])).toBe("got\n");
    expect(child.returncode).toBe(5);
    for (const call of [() => child.kill(), () => child.terminate(), () => child.sendSignal("SIGUSR1")]) {
      expect(outcome(call)).toBeInstanceOf(ProcessLookupError);
    }
  });
});

it("knows by its options which streams are pipes", () => {
  const make = () => createSubprocessExec("cat", [], { stdin: PIPE, stderr: DEVNULL });
  type Made = Awaited<ReturnType<typeof make>>;
  expectTypeOf<Made["stdin"]>().toEqualTypeOf<StreamWriter>();
  expectTypeOf<Made["stdout"]>().toEqualTypeOf<null>();
  expectTypeOf<Made["stderr"]>().toEqualTypeOf<null>();
  expectTypeOf<Process["stdout"]>().toEqualTypeOf<StreamReader | null>();
  expectTypeOf<Made>().toExtend<Process>();
  // @ts-expect-error: there is no such signal
  expect(() => (process: Process) => process.sendSignal("SIGFOO")).not.toThrow();
});
