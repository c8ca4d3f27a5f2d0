// Callbacks of node:net.
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { Meter } from "../../src/child/meters.ts";
import { type Kind, sizes, underLoad } from "./load.ts";

async function serve(
  serveOne: (socket: Socket) => void,
  kind: Kind,
  connections: number,
  n: number,
  meter: Meter,
): Promise<void> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    serveOne(socket);
  }).listen({ port: 0, host: "127.0.0.1", backlog: 1000 });
  await once(server, "listening");
  await underLoad((server.address() as AddressInfo).port, kind, connections, n, meter);
  for (const socket of sockets) socket.destroy();
  server.close();
}

const echo = (connections: number) => (n: number, meter: Meter) =>
  serve((socket) => socket.on("data", (data) => socket.write(data)), "echo", connections, n, meter);

export const echo1 = echo(1);
export const echo10 = echo(10);
export const echo100 = echo(100);
export const echo1000 = echo(1000);

const bulk = (size: number) => (n: number, meter: Meter) => {
  const piece = Buffer.alloc(size, "x");
  const push = (socket: Socket) => {
    let left = n;
    const more = () => {
      while (left-- > 0) if (!socket.write(piece)) return;
      socket.end();
    };
    socket.once("data", more);
    socket.on("drain", more);
  };
  return serve(push, "sink", 1, n, meter);
};

export const bulk64k = bulk(sizes.bulk64k);
export const bulk1m = bulk(sizes.bulk1m);

/** Lines split by hand. */
export function lines(n: number, meter: Meter): Promise<void> {
  let count = 0;
  const read = (socket: Socket) => {
    let rest: Buffer = Buffer.alloc(0);
    socket.on("data", (data) => {
      const bytes = rest.length === 0 ? data : Buffer.concat([rest, data]);
      let start = 0;
      for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
        if (bytes.subarray(start, end + 1).length === 80) count++;
        start = end + 1;
      }
      rest = bytes.subarray(start);
    });
    socket.on("end", () => check(count, n));
  };
  return serve(read, "lines", 1, n, meter);
}

function check(count: number, n: number): void {
  if (count !== n) throw new Error(`${count} lines of ${n}`);
}

export const visit = (n: number, meter: Meter): Promise<void> =>
  serve((socket) => socket.end("welcome"), "visit", 10, n, meter);

export const idle = (n: number, meter: Meter): Promise<void> =>
  serve((socket) => socket.on("data", () => {}), "idle", n, n, meter);
