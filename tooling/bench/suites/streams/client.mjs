// The other side of a conversation, in a process of its own: `node client.mjs KIND PORT CONNECTIONS N`. Says "ready" when it is connected, begins when it
// is told anything, says "done", and ends with its stdin. Written on node:net alone, and the same for everyone who is measured.
import { connect } from "node:net";

const [kind = "", ...numbers] = process.argv.slice(2);
const [port = 0, connections = 1, n = 1] = numbers.map(Number);

const say = (/** @type {string} */ word) => process.stdout.write(`${word}\n`);
const open = () =>
  /** @type {Promise<import("node:net").Socket>} */ (
    new Promise((resolve, reject) => {
      const socket = connect({ port, host: "127.0.0.1", noDelay: true }, () => resolve(socket));
      socket.on("error", reject);
    })
  );
const told = new Promise((resolve) => process.stdin.once("data", resolve));
process.stdin.on("end", () => process.exit());

/** Waits for the answer to each request before the next is sent, on each of the connections. */
async function echo() {
  const sockets = await Promise.all(Array.from({ length: connections }, open));
  const request = Buffer.alloc(1024, "x");
  say("ready");
  await told;
  const each = async (/** @type {import("node:net").Socket} */ socket) => {
    let left = n / connections;
    let missing = 0;
    const done = new Promise((resolve) => {
      socket.on("data", (data) => {
        missing -= data.length;
        if (missing > 0) return;
        if (left-- > 0) {
          missing = request.length;
          socket.write(request);
        } else resolve(null);
      });
    });
    left--;
    missing = request.length;
    socket.write(request);
    await done;
  };
  await Promise.all(sockets.map(each));
  say("done");
}

/** Reads what it is sent, up to the end. */
async function sink() {
  const socket = await open();
  say("ready");
  await told;
  socket.write("go");
  socket.resume();
  await new Promise((resolve) => socket.once("end", resolve));
  say("done");
}

/** Sends lines of 80 bytes, and waits for the end of the connection. */
async function lines() {
  const socket = await open();
  say("ready");
  await told;
  const piece = `${"x".repeat(79)}\n`.repeat(100);
  socket.resume();
  for (let left = n; left > 0; left -= 100) {
    if (!socket.write(piece)) await new Promise((resolve) => socket.once("drain", resolve));
  }
  socket.end();
  await new Promise((resolve) => socket.once("close", resolve));
  say("done");
}

/** Connects, and waits for the server to close the connection, ten times at a time. */
async function visit() {
  say("ready");
  await told;
  let left = n;
  const visitor = async () => {
    while (left-- > 0) {
      const socket = await open();
      socket.resume();
      await new Promise((resolve) => socket.once("close", resolve));
    }
  };
  await Promise.all(Array.from({ length: 10 }, visitor));
  say("done");
}

/** Connects, and does nothing more. */
async function idle() {
  say("ready");
  await told;
  for (let opened = 0; opened < n; opened += 100)
    await Promise.all(Array.from({ length: Math.min(100, n - opened) }, open));
  await new Promise((resolve) => setTimeout(resolve, 100));
  say("done");
}

await { echo, sink, lines, visit, idle }[kind]?.();
