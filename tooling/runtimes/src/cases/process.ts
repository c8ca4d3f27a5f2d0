// What holds the process, what ends it, and what it is told.
import { deepEqual, equal } from "node:assert/strict";
import { setTimeout as hostSleep } from "node:timers/promises";
import type { Kind } from "../both.js";
import type { Case } from "../case.js";
import { runProgram, startProgram } from "../programs.js";

const kinds: readonly Kind[] = ["generator", "async"];

/** What each does not hold the process for, and what it writes before that ends. */
const passing: Record<string, string[]> = {
  "a future of the default loop": ["ready"],
  "a task of the default loop": ["ready"],
  "a timer of the default loop": ["ready", "done"],
  "a timer of a loop that does not run": ["ready"],
  "a timer that was cancelled": ["ready"],
};

const holding = ["runForever", "addSignalHandler", "the signals option of run"];

/** Forms of a failed background task, and what is told of it. */
const unread: Record<string, string[]> = {
  listener: ["unhandledRejection RangeError: nobody reads this"],
  late: ["unhandledRejection RangeError: nobody reads this", "the end of the process"],
  handler: ["handler RangeError: nobody reads this"],
  read: ["read RangeError: nobody reads this"],
};

export const cases: readonly Case[] = [
  ...Object.entries(passing).map(
    ([what, expected]): Case => ({
      name: `${what} lets the process end when that is over`,
      async run() {
        const { code, signal, lines, stderr } = await runProgram("holding", what);
        deepEqual([code, signal, lines, stderr], [0, null, expected, ""]);
      },
    }),
  ),
  ...holding.map(
    (what): Case => ({
      name: `${what} holds the process`,
      async run() {
        const { kill, isRunning, ready, ended } = startProgram("holding", what);
        equal(await ready, "ready");
        await hostSleep(200);
        equal(isRunning(), true);
        kill("SIGKILL");
        equal((await ended).signal, "SIGKILL");
      },
    }),
  ),
  ...kinds.flatMap((kind): Case[] => [
    {
      name: `SIGINT cancels main, which cleans up, and run ends with a KeyboardInterrupt (${kind})`,
      async run() {
        const { kill, ready, ended } = startProgram("interrupted", kind, "default");
        equal(await ready, "ready");
        kill("SIGINT");
        const { code, lines } = await ended;
        deepEqual([code, lines.slice(1)], [0, ["cleaning up", "cleaned up", "KeyboardInterrupt "]]);
      },
    },
    {
      name: `a second SIGINT ends the process at once with code 130 (${kind})`,
      async run() {
        const { kill, ready, ended } = startProgram("interrupted", kind, "stubborn");
        equal(await ready, "ready");
        kill("SIGINT");
        await hostSleep(100);
        kill("SIGINT");
        const { code, lines } = await ended;
        deepEqual([code, lines.slice(1)], [130, ["cleaning up"]]);
      },
    },
    {
      name: `with the signals option SIGTERM cancels main, too (${kind})`,
      async run() {
        const { kill, ready, ended } = startProgram("interrupted", kind, "options");
        equal(await ready, "ready");
        kill("SIGTERM");
        const { code, lines } = await ended;
        deepEqual([code, lines.slice(1)], [0, ["cleaning up", "cleaned up", "SystemExit 143"]]);
      },
    },
    ...Object.entries(unread).map(
      ([form, expected]): Case => ({
        name: `the error of a background task of the default loop is told once: ${form} (${kind})`,
        async run() {
          const { code, lines, stderr } = await runProgram("unread", kind, form);
          deepEqual([code, lines, stderr], [0, expected, ""]);
        },
      }),
    ),
    {
      name: `the error of a background task ends a process that does not listen, as a rejection does (${kind})`,
      async run() {
        const { code, stderr } = await runProgram("unread", kind, "none");
        equal(code, 1, stderr);
        equal(stderr.includes("nobody reads this"), true, stderr);
      },
    },
  ]),
  {
    name: "SIGINT is left alone when the program listens to it itself",
    async run() {
      const { kill, ready, ended } = startProgram("interrupted", "async", "listening");
      equal(await ready, "ready");
      kill("SIGINT");
      const { code, lines } = await ended;
      deepEqual([code, lines.slice(1)], [0, ["the program's own listener", "main went on"]]);
    },
  },
];
