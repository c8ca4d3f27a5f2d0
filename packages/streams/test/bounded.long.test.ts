// Memory stays bounded by the limit while a gigabyte is pushed at a reader that sleeps.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { openConnection } from "@tsyncio/streams";
import { sleep } from "@tsyncio/timeouts";
import { expect, test } from "vitest";

const GIB = 2 ** 30;

/** Pushes `size` bytes at whoever connects, as fast as that is taken. Prints its port. */
const pushing = `
  const { createServer } = require("node:net");
  const piece = Buffer.alloc(1 << 20);
  createServer((socket) => {
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
  }).listen(0, "127.0.0.1", function () { console.log(this.address().port); });`;

test("a gigabyte pushed at a sleeping reader takes no memory, and arrives when it wakes", async () => {
  const peer = spawn(process.execPath, ["--eval", pushing], { stdio: ["ignore", "pipe", "inherit"] });
  const [port] = await once(peer.stdout, "data");
  const [reader, writer] = await openConnection("127.0.0.1", Number(port));
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
  peer.kill();
});
