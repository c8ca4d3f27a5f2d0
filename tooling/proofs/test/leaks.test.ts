// What the packages above @tsyncio/testing keep open is told by its leak oracle, once.
import { openConnection, type Server, startServer } from "@tsyncio/streams";
import { createSubprocessExec } from "@tsyncio/subprocess";
import { type Leak, LeakError, leakScope } from "@tsyncio/testing";
import { afterEach, describe, expect, it } from "vitest";

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function leaksOf(body: () => Promise<unknown>): Promise<readonly Leak[]> {
  const error = await leakScope(body, { settle: "50ms" }).catch((error: unknown) => error);
  if (error instanceof LeakError) return error.leaks;
  throw error;
}

function portOf({ sockets: [socket] }: Server): number {
  const address = socket?.getsockname();
  if (!Array.isArray(address)) throw new Error("the server listens on no port");
  return address[1] as number;
}

describe("the leak oracle", () => {
  it("tells a server and a connection of streams that are left open", async () => {
    const leaks = await leaksOf(async () => {
      const server = await startServer(async (reader) => reader.read(), "127.0.0.1", 0);
      cleanUps.push(() => server.close());
      const [, writer] = await openConnection("127.0.0.1", portOf(server));
      cleanUps.push(() => writer.close());
    });
    const kinds = leaks.map(({ kind }) => kind).sort();
    // Both ends of the connection, and the task that serves it.
    expect(kinds).toEqual(["server", "task", "transport", "transport"]);
  });

  it("passes what is closed", async () => {
    await leakScope(async () => {
      const server = await startServer(async (_, writer) => writer.close(), "127.0.0.1", 0);
      const [reader, writer] = await openConnection("127.0.0.1", portOf(server));
      await reader.read();
      writer.close();
      await writer.waitClosed();
      server.close();
      await server.waitClosed();
    });
  });

  it("tells a subprocess that still runs", async () => {
    const leaks = await leaksOf(async () => {
      const child = await createSubprocessExec(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
      cleanUps.push(() => child.kill());
    });
    expect(leaks.map(({ kind }) => kind)).toContain("subprocess");
  });
});
