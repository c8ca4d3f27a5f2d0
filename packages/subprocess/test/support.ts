import { readFileSync } from "node:fs";
import { registry } from "@tsyncio/contract";
import type { EventLoop } from "@tsyncio/loop";
import { coroutine } from "@tsyncio/tasks";
import { type Kind, type Laws, laws, realWorld, type Script, type World } from "@tsyncio/test-support";
import { expect, it } from "vitest";

const both: Laws = laws(coroutine);

/** What the script of a law gets. */
export interface Tools extends World<EventLoop> {
  readonly fn: Kind["define"];
}

/** A law with real processes, tried with both kinds of coroutine. No process, pipe or transport may be left. */
export function law(name: string, script: (tools: Tools) => Script<void>): void {
  for (const kind of both.kinds) {
    it(`${name} (${kind.name})`, async () => {
      const world = realWorld();
      await world.loop.runUntilComplete(kind.define(() => script({ ...world, fn: kind.define }), "main"));
      world.leave();
      await expect.poll(whatIsOpen).toEqual([]);
    });
  }
}

/** The processes and pipes that this program holds open, but for those of the test runner, and what the packages say of them. */
export function whatIsOpen(): string[] {
  const more = handles() - handlesOfRunner;
  return [
    ...Array.from(registry.resources, (resource) => resource.describe()),
    ...(more > 0 ? [`${more} handles`] : []),
  ];
}

const handles = () => process.getActiveResourcesInfo().filter((kind) => /^(Process|Pipe)/.test(kind)).length;
const handlesOfRunner = handles();

/** A program of one line for the interpreter that runs the tests. */
export function script(source: string): [program: string, args: string[]] {
  return [process.execPath, ["--eval", source]];
}

/** How an awaitable failed: the code that the system gave. */
export function codeOf(error: unknown): unknown {
  return (error as { code?: unknown }).code;
}

/** Whether the process runs: one that has ended, and that nobody asked how, does not. */
export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return !stat.slice(stat.lastIndexOf(")")).startsWith(") Z");
  } catch {
    return false;
  }
}

/** A shell script whose processes stand three deep, and that prints their numbers in one line. `ignoring`: they ignore SIGTERM. */
export function tree(ignoring: boolean): [program: string, args: string[]] {
  const source = `
    ${ignoring ? "trap '' TERM" : ":"}
    if [ "$1" = 0 ]; then echo $2 $$; while :; do sleep 60; done; fi
    sh -c "$0" "$0" $(($1 - 1)) "$2 $$" & wait`;
  return ["sh", ["-c", source, source, "2", ""]];
}
