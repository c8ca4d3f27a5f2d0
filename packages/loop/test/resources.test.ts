// What packages above keep open belongs to a loop, and is given up when that closes.
import { type OpenResource, registry } from "@tsyncio/contract";
import { type EventLoop, newEventLoop } from "@tsyncio/loop";
import { expect, test } from "vitest";

/** Adds something to the list of what is open, and notes whether it was given up. */
function open(loop: EventLoop | undefined): { resource: OpenResource; abandoned: () => number } {
  let times = 0;
  const resource: OpenResource = {
    kind: "thing",
    describe: () => "<a thing>",
    source: "here.ts:1:2",
    loop,
    abandon: () => {
      times++;
    },
  };
  registry.resources.add(resource);
  return { resource, abandoned: () => times };
}

test("a loop that closes gives up what is its own, once, and nothing else", () => {
  const [loop, other] = [newEventLoop(), newEventLoop()];
  const [own, foreign, nobodys] = [open(loop), open(other), open(undefined)];
  loop.close();
  loop.close();
  expect([own.abandoned(), foreign.abandoned(), nobodys.abandoned()]).toEqual([1, 0, 0]);
  expect(registry.resources.has(own.resource)).toBe(false);
  other.close();
  expect(foreign.abandoned()).toBe(1);
  registry.resources.delete(nobodys.resource);
});

test("debug mode says what was left open, and where it was opened", () => {
  const loop = newEventLoop({ debug: true });
  const said: string[] = [];
  const log = loop.host.log;
  loop.host.log = (_, message) => said.push(message);
  open(loop);
  loop.close();
  loop.host.log = log;
  expect(said).toEqual(["unclosed thing <a thing>, opened at here.ts:1:2"]);
});
