// Hosts without an async context.
import { deepEqual } from "node:assert/strict";
import type { Case } from "../case.js";
import { runProgram } from "../programs.js";

export const cases: readonly Case[] = [
  {
    name: "without an async context generators have everything, async functions their scope up to the first await, and what they are given",
    async run() {
      const { lines, stderr } = await runProgram("browser");
      deepEqual(stderr, "");
      deepEqual(JSON.parse(lines.join("")), {
        host: "web",
        generator: true,
        generatorTimeout: "TimeoutError",
        generatorCancelled: "CancelledError",
        gathered: [1, 2],
        asyncBeforeAwait: ["string", "undefined"],
        asyncCancelled: "CancelledError",
        asyncGetsItsTask: [true, false],
        asyncTimeout: "TimeoutError",
      });
    },
  },
];
