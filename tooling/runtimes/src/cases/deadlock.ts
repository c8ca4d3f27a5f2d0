// A program that nothing can wake any more is told so; one that waits for something outside is not.
import { deepEqual, equal, match } from "node:assert/strict";
import { connect } from "node:net";
import type { Kind } from "../both.js";
import type { Case } from "../case.js";
import { runProgram, startProgram } from "../programs.js";

const kinds: readonly Kind[] = ["generator", "async"];

/** What each task waits for, as the error must say it. */
const causes: Record<string, RegExp[]> = {
  future: [/Task-\d+ \(\w+Main\) waits for <Future pending>/, /worker \(\w+Worker\) waits for <Future pending>/],
  promise: [/Task-\d+ \(\w+Main\) waits for <Future pending>/, /worker \(\w+Worker\) waits for <Future pending>/],
  tasks: [
    /Task-\d+ \(\w+Main\) waits for <Task pending name='one'/,
    /worker \(\w+Worker\) waits for <Future pending>/,
    /one \(anonymous\) waits for <Task pending name='other'/,
    /other \(anonymous\) waits for <Task pending name='one'/,
  ],
};

async function wake(what: string, first: string, kill: (signal: NodeJS.Signals) => void): Promise<void> {
  if (what === "signal") {
    equal(first, "ready");
    kill("SIGUSR2");
  }
  if (what === "socket") connect(Number(first), "127.0.0.1").resume();
}

export const cases: readonly Case[] = [
  ...kinds.flatMap((kind) =>
    Object.entries(causes).map(
      ([what, names]): Case => ({
        name: `a deadlock on ${what} ends the program with an error that names who waits for what, after its clean-up (${kind})`,
        async run() {
          const { code, lines, stderr } = await runProgram("deadlock", kind, what);
          deepEqual([code, stderr], [0, ""]);
          const [one, other, first, ...more] = lines;
          deepEqual([one, other].sort(), ["main cleaned up", "worker cleaned up"]);
          match(String(first), /^nothing can wake the program any more/);
          for (const name of names) match(more.join("\n"), name);
        },
      }),
    ),
  ),
  ...[
    ["main", /Task-\d+ \(stuck\) waits for a promise that is not tsyncio's, in stuck/] as const,
    ["left", /left \(stuck\) waits for a promise that is not tsyncio's, in stuck/] as const,
  ].map(
    ([what, name]): Case => ({
      name: `run ends by a deadlock, too, when what waits can't be reached: ${what}`,
      async run() {
        const { code, lines, stderr } = await runProgram("deadlock-stuck", what);
        deepEqual([code, stderr], [0, ""]);
        match(lines.join("\n"), name);
      },
    }),
  ),
  {
    name: "a deadlock under a top-level await is told too",
    skip: {
      bun: "it waits for ever under a top-level await of what never comes",
      deno: "it waits for ever under a top-level await while someone listens to SIGINT",
    },
    async run() {
      const { code, lines, stderr } = await runProgram("deadlock-top-level");
      deepEqual([code, lines, stderr], [0, ["DeadlockError"], ""]);
    },
  },
  ...kinds.flatMap((kind) =>
    ["signal", "socket", "timer", "sleep"].map(
      (what): Case => ({
        name: `a program that waits for a ${what} is no deadlock (${kind})`,
        async run() {
          const program = startProgram("waiting", kind, what);
          const first = await program.ready;
          await wake(what, first, program.kill);
          const { code, lines, stderr } = await program.ended;
          deepEqual([code, lines.at(-1), stderr], [0, "woken", ""]);
        },
      }),
    ),
  ),
];
