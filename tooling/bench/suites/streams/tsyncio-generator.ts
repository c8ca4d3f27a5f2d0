import { type Coroutine, coroutine, fromPromise, type StreamReader, type StreamWriter, startServer } from "tsyncio";
import type { Meter } from "../../src/child/meters.ts";
import { type Kind, sizes, underLoad } from "./load.ts";

type Handler = (reader: StreamReader, writer: StreamWriter) => Coroutine<void>;

const serve = coroutine(function* (handler: Handler, kind: Kind, connections: number, n: number, meter: Meter) {
  const server = yield* startServer(handler, "127.0.0.1", 0, { backlog: 1000 });
  yield* fromPromise(underLoad(server.port, kind, connections, n, meter));
  server.close();
  server.abortClients();
  yield* server.waitClosed();
});

const echo = (connections: number) => (n: number, meter: Meter) =>
  serve(
    coroutine(function* (reader: StreamReader, writer: StreamWriter) {
      for (;;) {
        const data = yield* reader.read(64 * 1024);
        if (data.length === 0) return;
        writer.write(data);
        yield* writer.drain();
      }
    }),
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
    coroutine(function* (reader: StreamReader, writer: StreamWriter) {
      yield* reader.read(2);
      for (let i = 0; i < n; i++) {
        writer.write(piece);
        yield* writer.drain();
      }
    }),
    "sink",
    1,
    n,
    meter,
  );
};

export const bulk64k = bulk(sizes.bulk64k);
export const bulk1m = bulk(sizes.bulk1m);

export const lines = (n: number, meter: Meter): Coroutine<void> =>
  serve(
    coroutine(function* (reader: StreamReader) {
      for (;;) {
        const line = yield* reader.readline();
        if (line.length === 0) return;
      }
    }),
    "lines",
    1,
    n,
    meter,
  );

export const visit = (n: number, meter: Meter): Coroutine<void> =>
  serve(
    coroutine(function* (_: StreamReader, writer: StreamWriter) {
      writer.write("welcome");
    }),
    "visit",
    10,
    n,
    meter,
  );

export const idle = (n: number, meter: Meter): Coroutine<void> =>
  serve(
    coroutine(function* (reader: StreamReader) {
      for (;;) if ((yield* reader.read(1024)).length === 0) return;
    }),
    "idle",
    n,
    n,
    meter,
  );
