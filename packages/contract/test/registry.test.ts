import {
  filled,
  getRunningLoop,
  type LoopContract,
  loopForNew,
  RuntimeError,
  registry,
  runningLoop,
} from "@tsyncio/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { anotherCopy } from "./two-copies.ts";

const loop = { name: "a loop" } as unknown as LoopContract;
const other = { name: "another loop" } as unknown as LoopContract;
const before = { ...registry };
// No package that fills slots is loaded here.
beforeEach(() => expect(registry).toEqual(before));
afterEach(() => {
  Object.assign(registry, before);
});

describe("without a loop", () => {
  test("getRunningLoop says that there is none, in asyncio's words", () => {
    expect(() => getRunningLoop()).toThrow(new RuntimeError("no running event loop"));
    expect(runningLoop()).toBeNull();
  });

  test("what needs one names the package that makes loops", () => {
    const message = 'an event loop is needed, and nothing makes one: import "@tsyncio/loop" first';
    expect(() => loopForNew()).toThrow(new RuntimeError(message));
  });
});

test("the running loop is the one whose callback runs, or that of the current scope", () => {
  registry.currentScope = () => ({ loop: other }) as never;
  expect(getRunningLoop()).toBe(other);
  registry.runningLoop = loop;
  expect(getRunningLoop()).toBe(loop);
  registry.runningLoop = null;
  registry.currentScope = () => null;
  expect(() => getRunningLoop()).toThrow(RuntimeError);
});

test("what is made belongs to the running loop, else that of the enclosing run, else the one that was set, else the default", () => {
  const loops = ["default", "set", "enclosing", "running"].map((name) => ({ name }) as unknown as LoopContract);
  const [byDefault, set, enclosing, running] = loops as [LoopContract, LoopContract, LoopContract, LoopContract];
  registry.defaultLoop = () => byDefault;
  expect(loopForNew()).toBe(byDefault);
  registry.eventLoop = set;
  expect(loopForNew()).toBe(set);
  registry.enclosingLoop = () => enclosing;
  expect(loopForNew()).toBe(enclosing);
  registry.runningLoop = running;
  expect(loopForNew()).toBe(running);
});

test("copies of the package share one registry", async () => {
  using copy = await anotherCopy();
  expect(copy.getRunningLoop).not.toBe(getRunningLoop);
  expect(copy.registry).toBe(registry);
  registry.runningLoop = loop;
  expect(copy.getRunningLoop()).toBe(loop);
});

test("a slot gives what it is filled with, or the name of the package to import", () => {
  expect(filled(loop, "a loop", "@tsyncio/loop")).toBe(loop);
  const message = 'a future is needed, and nothing makes one: import "@tsyncio/futures" first';
  expect(() => filled(null, "a future", "@tsyncio/futures")).toThrow(new RuntimeError(message));
});
