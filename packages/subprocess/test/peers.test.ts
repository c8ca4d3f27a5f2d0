// The same programs run by asyncio, where there is a CPython, and by us; and programs that people run.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createSubprocessExec,
  createSubprocessShell,
  DEVNULL,
  type OSError,
  PIPE,
  type Process,
  runProcess,
  STDOUT,
} from "@tsyncio/subprocess";
import { failure, on, type Script } from "@tsyncio/test-support";
import { describe, expect } from "vitest";
import { law } from "./support.ts";

interface Scenario {
  program: string;
  args: string[];
  options: {
    input?: string;
    signals?: NodeJS.Signals[];
    shell?: boolean;
    stdout?: "DEVNULL";
    stderr?: "STDOUT" | "DEVNULL";
    cwd?: string;
    env?: Record<string, string>;
  };
}

const sh = (command: string, options: Scenario["options"] = {}): Scenario => ({
  program: "sh",
  args: ["-c", command],
  options,
});

const scenarios: Scenario[] = [
  { program: "cat", args: [], options: { input: "äöü\n" } },
  { program: "cat", args: [], options: { input: "x".repeat(300_000) } },
  { program: "sort", args: ["-r"], options: { input: "a\nc\nb\n" } },
  { program: "grep", args: ["b"], options: { input: "abc\nxyz\n" } },
  { program: "grep", args: ["nothing"], options: { input: "abc\n" } },
  { program: "echo", args: ["a b", "$HOME", "*", ""], options: {} },
  { program: "true", args: [], options: { input: "x".repeat(1_000_000) } },
  { program: "echo $0; echo err >&2; exit 4", args: [], options: { shell: true } },
  { program: "no-such-program-at-all", args: [], options: { shell: true, stderr: "DEVNULL" } },
  { program: "", args: [], options: { shell: true } },
  sh("kill -TERM $$"),
  sh("kill -KILL $$"),
  sh("exit 255"),
  sh("echo 1; echo 2 >&2; echo 3", { stderr: "STDOUT" }),
  sh("echo 1; echo 2 >&2", { stdout: "DEVNULL" }),
  sh("echo 1; echo 2 >&2", { stdout: "DEVNULL", stderr: "STDOUT" }),
  sh("pwd; env", { cwd: "/", env: { A: "1" } }),
  sh("trap 'echo got' USR1; echo up; while :; do read x || true; exit 3; done", { input: "" }),
  sh("echo up; exec sleep 60", { signals: ["SIGINT"] }),
  sh("(sleep 0.1; echo late) & echo early"),
  { program: "/nope", args: [], options: {} },
  { program: "nope", args: [], options: {} },
  { program: "/etc/passwd", args: [], options: {} },
  { program: "/etc/passwd/x", args: [], options: {} },
  { program: "true", args: [], options: { cwd: "/nope" } },
  { program: "true", args: [], options: { cwd: "/etc/passwd" } },
];

const STREAMS = { STDOUT, DEVNULL } as const;

/** What we give in a scenario, as `peers.py` writes it. */
function* outcome({ program, args, options }: Scenario): Script<unknown[]> {
  const { input, signals = [], shell, stdout, stderr, cwd, env } = options;
  const how = {
    stdin: input === undefined ? DEVNULL : PIPE,
    stdout: stdout === undefined ? PIPE : STREAMS[stdout],
    stderr: stderr === undefined ? PIPE : STREAMS[stderr],
    cwd,
    env,
  };
  let process: Process;
  try {
    process = (yield* on(
      shell ? createSubprocessShell(program, how) : createSubprocessExec(program, args, how),
    )) as Process;
  } catch (error) {
    return [(error as OSError).name, (error as OSError).message];
  }
  for (const signal of signals) {
    yield* on(process.stdout?.readline());
    process.sendSignal(signal);
  }
  const output = (yield* on(process.communicate(input ?? null))) as (Buffer | null)[];
  return [...output.map((bytes) => bytes?.toString() ?? null), process.returncode, yield* on(process.wait())];
}

/** A CPython with asyncio, `null` where there is none. */
async function findPython(): Promise<string | null> {
  for (const [program, ...args] of [
    ["python3.13", "-c", "import sys; print(sys.executable)"],
    ["sh", "-c", "ls -d $(pyenv prefix $(pyenv latest 3.13))/bin/python3"],
    ["python3", "-c", "import sys; print(sys.executable)"],
  ] as [string, ...string[]][]) {
    const result = await runProcess(program, args, { check: false }).catch(() => null);
    const file = result?.stdout.trim() ?? "";
    if (result?.code === 0 && existsSync(file)) return file;
  }
  return null;
}

const python = await findPython();

describe.skipIf(python === null)("in the same scenarios asyncio gives the same", () => {
  law("output, exit codes and errors", function* () {
    const script = join(import.meta.dirname, "peers.py");
    const { stdout } = yield* on(runProcess(python as string, [script], { input: JSON.stringify(scenarios) }));
    const theirs = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(theirs).toHaveLength(scenarios.length);
    for (const [i, scenario] of scenarios.entries()) {
      expect(yield* outcome(scenario), JSON.stringify(scenario)).toEqual(theirs[i]);
    }
  });
});

const isHere = (program: string) => spawnSync(program, ["version"], { stdio: "ignore" }).error === undefined;

describe.skipIf(!isHere("openssl") || !isHere("git"))("programs that people run", () => {
  law("openssl makes a digest, and says what it does not know", function* () {
    const { stdout } = yield* on(runProcess("openssl", ["dgst", "-sha256", "-r"], { input: "abc" }));
    expect(stdout).toMatch(/^ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad /);
    const error = yield* failure(runProcess("openssl", ["dgst", "-nonsense"]));
    expect(String(error)).toMatch(/^ProcessError: openssl dgst -nonsense ended with the exit code 1\n/);
  });

  law("git keeps a history, and its errors are those of the call", function* () {
    const cwd = mkdtempSync(join(tmpdir(), "subprocess-git-"));
    const git = (...args: string[]) =>
      runProcess("git", ["-c", "user.name=A", "-c", "user.email=a@b.c", ...args], { cwd });
    try {
      yield* on(git("init", "--quiet"));
      yield* on(git("commit", "--quiet", "--allow-empty", "-m", "first\n\n$HOME 'and' \"more\""));
      expect((yield* on(git("log", "--format=%B"))).stdout.trim()).toBe("first\n\n$HOME 'and' \"more\"");
      expect(yield* failure(git("checkout", "nowhere"))).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/nowhere/),
      });
    } finally {
      rmSync(cwd, { recursive: true });
    }
  });
});
