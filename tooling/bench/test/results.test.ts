import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readResults, writeResults } from "../src/results.ts";
import type { Row } from "../src/rows.ts";

const row = (suite: string, tsyncio: number): Row => ({
  suite,
  case: "one",
  unit: "ns",
  tsyncio,
  peers: { native: 1 },
});

it("records rows with the machine and the versions, suite by suite", () => {
  const file = join(mkdtempSync(join(tmpdir(), "bench-")), "results.json");
  expect(readResults(file)).toBeNull();

  writeResults([row("spawn", 1), row("switch", 2)], null, file);
  writeResults([row("switch", 3)], { file: "python3", version: "3.13.0", uvloop: null }, file);

  const results = readResults(file);
  expect(results?.rows).toEqual([row("spawn", 1), row("switch", 3)]);
  expect(results?.versions).toMatchObject({ node: process.version, python: "3.13.0" });
  expect(results?.machine.cores).toBeGreaterThan(0);
});
