// Programs run by each host.
import { equal, ok, rejects } from "node:assert/strict";
import {
  createSubprocessExec,
  FileNotFoundError,
  PIPE,
  ProcessError,
  ProcessTimeoutError,
  runProcess,
  STDOUT,
  subprocess,
} from "@tsyncio/subprocess";
import type { Case } from "../case.js";

export const cases: readonly Case[] = [
  {
    name: "a program takes input and gives output, however much",
    async run() {
      const { stdout } = await runProcess("cat", [], { input: "x".repeat(3_000_000) });
      equal(stdout.length, 3_000_000);
      equal((await runProcess("sh", ["-c", "echo a; echo b >&2; echo c"], { stderr: STDOUT })).stdout, "a\nb\nc\n");
    },
  },
  {
    name: "programs that are not there, fail, or take too long are errors",
    async run() {
      await rejects(async () => runProcess("no-such-program"), FileNotFoundError);
      await rejects(async () => runProcess("sh", ["-c", "exit 3"]), ProcessError);
      const slow = async () => runProcess("sh", ["-c", "sleep 60"], { timeout: "100ms" });
      await rejects(slow, ProcessTimeoutError);
    },
  },
  {
    name: "a process that does not read its input is no error",
    async run() {
      const process = await createSubprocessExec("true", [], { stdin: PIPE, stdout: PIPE });
      equal((await process.communicate("x".repeat(8_000_000)))[0].length, 0);
      equal(process.returncode, 0);
    },
  },
  {
    name: "processes make a pipeline",
    async run() {
      const seq = await createSubprocessExec("seq", ["1", "1000"], { stdout: PIPE });
      const wc = await createSubprocessExec("wc", ["-l"], { stdin: seq.stdout, stdout: PIPE });
      equal(Number((await wc.communicate())[0]), 1000);
    },
  },
  {
    name: "a scope ends what its process left behind",
    async run() {
      const pid = await subprocess(
        "sh",
        ["-c", "sleep 60 & echo $!"],
        async ({ stdout }) => Number(await stdout.readline()),
        { stdout: PIPE },
      );
      ok(pid > 0);
      await rejects(async () => runProcess("sh", ["-c", `kill -0 ${pid} && ! grep -q "State:.Z" /proc/${pid}/status`]));
    },
  },
];
