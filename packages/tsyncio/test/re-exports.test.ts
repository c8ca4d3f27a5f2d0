// The umbrella re-exports, and does nothing else.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as contract from "@tsyncio/contract";
import * as executors from "@tsyncio/executors";
import * as futures from "@tsyncio/futures";
import * as loop from "@tsyncio/loop";
import * as runner from "@tsyncio/runner";
import * as streams from "@tsyncio/streams";
import * as subprocess from "@tsyncio/subprocess";
import * as sync from "@tsyncio/sync";
import * as tasks from "@tsyncio/tasks";
import * as timeouts from "@tsyncio/timeouts";
import * as umbrella from "tsyncio";
import { expect, test } from "vitest";
import manifest from "../package.json" with { type: "json" };
// The public names of each package: classes, functions and constants.
import names from "./names.json" with { type: "json" };

const packages: Record<string, object> = {
  "@tsyncio/contract": contract,
  "@tsyncio/loop": loop,
  "@tsyncio/futures": futures,
  "@tsyncio/tasks": tasks,
  "@tsyncio/runner": runner,
  "@tsyncio/timeouts": timeouts,
  "@tsyncio/streams": streams,
  "@tsyncio/subprocess": subprocess,
  "@tsyncio/sync": sync,
  "@tsyncio/executors": executors,
};

const exported = umbrella as Record<string, unknown>;
const source = readFileSync(join(import.meta.dirname, "../src/index.ts"), "utf8");

test("every package that it depends on is looked at here", () => {
  expect(Object.keys(names).sort()).toEqual(Object.keys(manifest.dependencies).sort());
  expect(Object.keys(packages).sort()).toEqual(Object.keys(manifest.dependencies).sort());
});

test.each(Object.keys(packages))("every public name of %s is there, and is the package's own", (name) => {
  const own = packages[name] as Record<string, unknown>;
  for (const each of names[name as keyof typeof names]) {
    expect(own[each], `${name} exports ${each}`).toBeDefined();
    expect(exported[each], `tsyncio exports ${each}`).toBe(own[each]);
  }
});

test("nothing is exported that no package exports under that name, and nothing differs from it", () => {
  for (const [name, value] of Object.entries(exported)) {
    const owners = Object.values(packages).filter((own) => name in own) as Record<string, unknown>[];
    expect(owners.length, name).toBeGreaterThan(0);
    for (const own of owners) expect(value, name).toBe(own[name]);
  }
});

test("each name stands once in the entry, which holds nothing but re-exports", () => {
  const statement = /export \{([^}]*)\} from "(@tsyncio\/\w+)";\s*/g;
  expect(source.replaceAll(statement, "")).toBe("");
  const all = [...source.matchAll(statement)].flatMap(([, list = ""]) => list.split(",").map((name) => name.trim()));
  const written = all.filter((name) => name !== "");
  expect(written.filter((name, i) => written.indexOf(name) !== i)).toEqual([]);
});
