import { deepEqual } from "node:assert/strict";
import { createRequire } from "node:module";
import type { Case } from "../case.js";

const packages = [
  "@tsyncio/contract",
  "@tsyncio/loop",
  "@tsyncio/loop/virtual",
  "@tsyncio/futures",
  "@tsyncio/tasks",
  "@tsyncio/runner",
  "@tsyncio/timeouts",
  "@tsyncio/sync",
  "@tsyncio/streams",
  "@tsyncio/subprocess",
  "@tsyncio/executors",
  "@tsyncio/bullmq",
  "tsyncio",
];

export const cases: readonly Case[] = packages.map((name) => ({
  name: `require("${name}") gives what import gives`,
  async run() {
    const required = createRequire(import.meta.url)(name) as object;
    const imported = (await import(name)) as object;
    // One of the two may be a namespace and the other not: what they hold is the same.
    const names = (module: object) =>
      Object.keys(module)
        .filter((key) => key !== "module.exports")
        .sort();
    deepEqual(names(required), names(imported));
    for (const key of names(imported)) {
      deepEqual(Reflect.get(required, key) === Reflect.get(imported, key), true, `${key} exists twice`);
    }
  },
}));
