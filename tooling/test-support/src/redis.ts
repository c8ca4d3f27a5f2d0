import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Whether tests that need a real Redis can run on this machine. */
export const hasRedis: boolean = spawnSync("redis-server", ["--version"], { stdio: "ignore" }).error === undefined;

/** The title of a suite that needs a real Redis: says so where it does not run. */
export const withRedis = (title: string): string =>
  hasRedis ? title : `${title} (NOT RUN: there is no redis-server on this machine)`;

/** A Redis of a test's own, in a throw-away folder. */
export interface Redis {
  readonly port: number;
  readonly url: string;
  /** Ends it at once, as a machine that fails would. What it had written to its log is there when it starts again. */
  kill(): Promise<void>;
  /** Starts it again, on the same port. `empty`: with nothing in it. */
  start(options?: { empty?: boolean }): Promise<void>;
  /** Ends it, and removes its folder. */
  stop(): Promise<void>;
}

/** @param options - `persists`: whether it has every command on the disk before it answers; left out: it has */
export async function startRedis({ persists = true } = {}): Promise<Redis> {
  const folder = await mkdtemp(join(tmpdir(), "tsyncio-redis-"));
  const data = join(folder, "appendonlydir");
  const port = await freePort();
  let server: ChildProcess | null = null;
  const log = persists ? ["--appendonly", "yes", "--appendfsync", "always"] : ["--appendonly", "no"];
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", "", ...log];
  const redis: Redis = {
    port,
    url: `redis://127.0.0.1:${port}`,
    async kill() {
      const ended = server === null ? null : once(server, "exit");
      server?.kill("SIGKILL");
      server = null;
      await ended;
    },
    async start({ empty = false } = {}) {
      if (empty) await rm(data, { recursive: true, force: true });
      server = spawn("redis-server", args, { stdio: "ignore" });
      await answers(port);
    },
    async stop() {
      await redis.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await redis.start();
  return redis;
}

/** A port of this machine on which nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

/** Resolves when a command on that port is answered. */
async function answers(port: number): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => socket.write("PING\r\n"));
      socket.once("data", (data) => {
        socket.destroy();
        resolve(data.toString());
      });
      socket.once("error", () => resolve(""));
    });
    if (answer.startsWith("+PONG")) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`redis-server does not answer on port ${port}`);
}
