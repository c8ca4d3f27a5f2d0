import {
  createServer,
  Protocol,
  type Server,
  type StreamReader,
  type StreamWriter,
  startServer,
  type Transport,
} from "tsyncio";
import type { Meter } from "../../src/child/meters.ts";
import { type Kind, sizes, underLoad } from "./load.ts";

type Handler = (reader: StreamReader, writer: StreamWriter) => Promise<void>;

async function serve(handler: Handler, kind: Kind, connections: number, n: number, meter: Meter): Promise<void> {
  const server = await startServer(handler, "127.0.0.1", 0, { backlog: 1000 });
  await load(server, kind, connections, n, meter);
}

async function load(server: Server, kind: Kind, connections: number, n: number, meter: Meter): Promise<void> {
  await underLoad(server.port, kind, connections, n, meter);
  server.close();
  server.abortClients();
  await server.waitClosed();
}

const echo = (connections: number) => (n: number, meter: Meter) =>
  serve(
    async (reader, writer) => {
      for (;;) {
        const data = await reader.read(64 * 1024);
        if (data.length === 0) return;
        writer.write(data);
        await writer.drain();
      }
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
    async (reader, writer) => {
      await reader.read(2);
      for (let i = 0; i < n; i++) {
        writer.write(piece);
        await writer.drain();
      }
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
    async (reader) => {
      for await (const line of reader) if (line.length !== 80) throw new Error(String(line));
    },
    "lines",
    1,
    n,
    meter,
  );

/** {@link lines}, by a method. */
export const readlines = (n: number, meter: Meter): Promise<void> =>
  serve(
    async (reader) => {
      for (;;) if ((await reader.readline()).length === 0) return;
    },
    "lines",
    1,
    n,
    meter,
  );

export const visit = (n: number, meter: Meter): Promise<void> =>
  serve(async (_, writer) => writer.write("welcome"), "visit", 10, n, meter);

export const idle = (n: number, meter: Meter): Promise<void> =>
  serve(
    async (reader) => {
      while ((await reader.read(1024)).length > 0) {}
    },
    "idle",
    n,
    n,
    meter,
  );

class Echo extends Protocol {
  private transport!: Transport;
  override connectionMade(transport: Transport): void {
    this.transport = transport;
  }
  override dataReceived(data: Buffer): void {
    this.transport.write(data);
  }
}

const echoByProtocol = (connections: number) => async (n: number, meter: Meter) => {
  const server = await createServer(() => new Echo(), "127.0.0.1", 0, { backlog: 1000 });
  await load(server, "echo", connections, n, meter);
};

export const protocol1 = echoByProtocol(1);
export const protocol10 = echoByProtocol(10);
export const protocol100 = echoByProtocol(100);
export const protocol1000 = echoByProtocol(1000);

class Idle extends Protocol {}

export const protocolIdle = async (n: number, meter: Meter): Promise<void> => {
  const server = await createServer(() => new Idle(), "127.0.0.1", 0, { backlog: 1000 });
  await load(server, "idle", n, n, meter);
};
