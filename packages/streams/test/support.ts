import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { registry } from "@tsyncio/contract";
import type { EventLoop } from "@tsyncio/loop";
import { coroutine, type Task } from "@tsyncio/tasks";
import { type Kind, type Laws, laws, realWorld, type Script, type World } from "@tsyncio/test-support";
import { expect, it } from "vitest";

/** A law on a virtual clock, tried with both kinds of coroutine. */
export const both: Laws = laws(coroutine);

/** What the script of a law with real sockets gets. */
export interface RealTools extends World<EventLoop> {
  readonly fn: Kind["define"];
}

/** A law with real sockets, tried with both kinds of coroutine. No transport, server or socket may be left. */
export function real(name: string, script: (tools: RealTools) => Script<void>): void {
  for (const kind of both.kinds) {
    it(`${name} (${kind.name})`, async () => {
      const world = realWorld();
      const main = kind.define(() => script({ ...world, fn: kind.define }), "main");
      await world.loop.runUntilComplete(main);
      world.leave();
      await expect.poll(whatIsOpen).toEqual([]);
    });
  }
}

/** What the package holds open, and the sockets that the process does. */
export function whatIsOpen(): string[] {
  const sockets = process.getActiveResourcesInfo().filter((kind) => /^(TCP|TLS|UDP)/.test(kind));
  return [...Array.from(registry.resources, (resource) => resource.describe()), ...sockets];
}

/** How a task or awaitable failed. */
export function codeOf(error: unknown): unknown {
  return (error as { code?: unknown }).code;
}

export type { Task };

/** A port that nobody answers at: its process is stuck, and its backlog is full. */
export async function unanswering(): Promise<{ port: number; end: () => void }> {
  const source = `
    const server = require("node:net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
      require("node:fs").writeSync(1, String(server.address().port));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const child = spawn(process.execPath, ["--eval", source], { stdio: ["ignore", "pipe", "inherit"] });
  const [data] = await once(child.stdout, "data");
  const port = Number(data);
  const fillers = Array.from({ length: 4 }, () => connect(port, "127.0.0.1").on("error", () => {}));
  await once(fillers[1] as Socket, "connect");
  const end = () => {
    for (const filler of fillers) filler.destroy();
    child.kill("SIGKILL");
  };
  return { port, end };
}
