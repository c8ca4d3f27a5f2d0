// Memory stays bounded by the limit while a gigabyte is pushed at a reader that sleeps: of a client, of a server, and over TLS.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Future } from "@tsyncio/futures";
import { openConnection, type StreamReader, type StreamWriter, startServer } from "@tsyncio/streams";
import { sleep } from "@tsyncio/timeouts";
import { expect, test } from "vitest";

const GIB = 2 ** 30;
const folder = join(import.meta.dirname, "certificates");
const cert = readFileSync(join(folder, "localhost.crt"));

/** A process that pushes a gigabyte over each of its connections, as fast as that is taken. `open` makes them. */
function pushing(open: string, ...args: string[]): ChildProcess {
  const source = `
    const { connect, createServer } = require("node:net");
    const { readFileSync } = require("node:fs");
    const tls = require("node:tls");
    const piece = Buffer.alloc(1 << 20);
    const pushAt = (socket) => {
      let left = ${GIB};
      const push = () => {
        while (left > 0) {
          left -= piece.length;
          if (!socket.write(piece)) return;
        }
        socket.end();
      };
      socket.on("drain", push).on("error", () => {});
      push();
    };
    const tell = function () { console.log(this.address().port); };
    ${open}`;
  return spawn(process.execPath, ["--eval", source, ...args], { stdio: ["ignore", "pipe", "inherit"] });
}

async function portOf(peer: ChildProcess): Promise<number> {
  const [port] = await once(peer.stdout as NonNullable<ChildProcess["stdout"]>, "data");
  return Number(port);
}

/** Sleeps while it is pushed at, and reads it all then. */
async function sleepAndRead(reader: StreamReader, writer: StreamWriter): Promise<void> {
  const before = process.memoryUsage.rss();
  for (let i = 0; i < 10; i++) {
    await sleep("100ms");
    expect(process.memoryUsage.rss() - before).toBeLessThan(32 * 2 ** 20);
  }
  let received = 0;
  let peak = 0;
  for (;;) {
    const data = await reader.read(1 << 20);
    if (data.length === 0) break;
    received += data.length;
    if (received % (64 * 2 ** 20) < data.length) peak = Math.max(peak, process.memoryUsage.rss() - before);
  }
  expect(received).toBe(GIB);
  expect(peak).toBeLessThan(256 * 2 ** 20);
  writer.close();
  await writer.waitClosed();
}

test("a gigabyte pushed at a sleeping client takes no memory, and arrives when it wakes", async () => {
  const peer = pushing(`createServer(pushAt).listen(0, "127.0.0.1", tell);`);
  const [reader, writer] = await openConnection("127.0.0.1", await portOf(peer));
  await sleepAndRead(reader, writer);
  peer.kill();
});

test("so it is with one pushed over TLS", async () => {
  const peer = pushing(
    `const [key, cert] = process.argv.slice(1).map((path) => readFileSync(path));
     tls.createServer({ key, cert }, pushAt).listen(0, "127.0.0.1", tell);`,
    join(folder, "localhost.key"),
    join(folder, "localhost.crt"),
  );
  const [reader, writer] = await openConnection("localhost", await portOf(peer), { ssl: { ca: cert } });
  await sleepAndRead(reader, writer);
  peer.kill();
});

test("so it is with one pushed at a sleeping handler of a server", async () => {
  const ended = new Future<unknown>();
  const server = await startServer(
    async (reader, writer) => {
      await sleepAndRead(reader, writer).then(
        () => ended.setResult(null),
        (error) => ended.setResult(error),
      );
    },
    "127.0.0.1",
    0,
  );
  const peer = pushing(`pushAt(connect(Number(process.argv[1]), "127.0.0.1"));`, String(server.port));
  expect(await ended).toBeNull();
  await server[Symbol.asyncDispose]();
  peer.kill();
});
