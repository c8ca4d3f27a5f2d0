// `for await` over sockets of node:net, and readline over them.
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";
import type { Meter } from "../../src/child/meters.ts";
import { type Kind, sizes, underLoad } from "./load.ts";

async function serve(
  serveOne: (socket: Socket) => Promise<void>,
  kind: Kind,
  connections: number,
  n: number,
  meter: Meter,
): Promise<void> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    serveOne(socket).catch(() => {});
  }).listen({ port: 0, host: "127.0.0.1", backlog: 1000 });
  await once(server, "listening");
  await underLoad((server.address() as AddressInfo).port, kind, connections, n, meter);
  for (const socket of sockets) socket.destroy();
  server.close();
}

async function write(socket: Socket, data: Uint8Array): Promise<void> {
  if (!socket.write(data)) await once(socket, "drain");
}

const echo = (connections: number) => (n: number, meter: Meter) =>
  serve(
    async (socket) => {
      for await (const data of socket) await write(socket, data);
    },
    "echo",
    connections,
    n,
    meter,
  );

export const echo1 = echo(1);
export const echo10 = echo(10);
export const echo100 = echo(100);
export const echo1000 = echo(1000);

const bulk = (size: number) => (n: number, meter: Meter) => {
  const piece = Buffer.alloc(size, "x");
  return serve(
    async (socket) => {
      await once(socket, "data");
      for (let i = 0; i < n; i++) await write(socket, piece);
      socket.end();
    },
    "sink",
    1,
    n,
    meter,
  );
};

export const bulk64k = bulk(sizes.bulk64k);
export const bulk1m = bulk(sizes.bulk1m);

export const lines = (n: number, meter: Meter): Promise<void> =>
  serve(
    async (socket) => {
      for await (const line of createInterface({ input: socket })) if (line.length !== 79) throw new Error(line);
    },
    "lines",
    1,
    n,
    meter,
  );

export const visit = (n: number, meter: Meter): Promise<void> =>
  serve(async (socket) => void socket.end("welcome"), "visit", 10, n, meter);

export const idle = (n: number, meter: Meter): Promise<void> =>
  serve(
    async (socket) => {
      for await (const _ of socket) {
      }
    },
    "idle",
    n,
    n,
    meter,
  );
