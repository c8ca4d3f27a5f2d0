import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { InvalidStateError, registry, WAIT } from "@tsyncio/contract";
import { Future, fromPromise, isFuture, wrapFuture } from "@tsyncio/futures";
import { newVirtualLoop } from "@tsyncio/loop/virtual";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
let folder: string;
let copy: typeof import("@tsyncio/futures");

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "copy-"));
  // As a second version of the package would be installed; the test runner leaves packages/*/dist to Node.
  const other = join(folder, "packages", "futures");
  mkdirSync(join(folder, "node_modules", "@tsyncio"), { recursive: true });
  cpSync(join(root, "dist"), join(other, "dist"), { recursive: true });
  cpSync(join(root, "package.json"), join(other, "package.json"));
  for (const name of ["contract", "loop"])
    symlinkSync(join(root, "..", name), join(folder, "node_modules", "@tsyncio", name));
  copy = await import(pathToFileURL(join(other, "dist", "index.js")).href);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("another copy of the package", () => {
  test("has classes of its own, and its futures are known as futures", () => {
    const theirs = new copy.Future<number>();
    expect(theirs).not.toBeInstanceOf(Future);
    expect(isFuture(theirs)).toBe(true);
    expect(copy.isFuture(new Future())).toBe(true);
    expect(fromPromise(theirs) === (theirs as unknown)).toBe(true);
    expect(wrapFuture(theirs) === (theirs as unknown)).toBe(true);
  });

  test("leaves the making of futures to the first", () => {
    expect(newVirtualLoop().createFuture()).toBeInstanceOf(Future);
    expect(registry.futureFactory?.(newVirtualLoop())).toBeInstanceOf(Future);
  });

  test("has futures that can be awaited with ours, and errors that are ours", async () => {
    const theirs = new copy.Future<number>();
    const ours = new Future<number>();
    const both = Promise.all([theirs, ours]);
    theirs.setResult(1);
    ours.setResult(2);
    expect(await both).toEqual([1, 2]);
    expect(() => theirs.setResult(3)).toThrow(InvalidStateError);
  });
});

test("isFuture goes by the mark", () => {
  expect(isFuture({ "@@tsyncio": WAIT })).toBe(true);
  for (const value of [undefined, null, 1, "x", {}, [], () => {}, Promise.resolve(), { then() {} }]) {
    expect(isFuture(value)).toBe(false);
  }
});
