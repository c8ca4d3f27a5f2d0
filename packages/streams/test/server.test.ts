// Servers: what they listen on, and how they end.
import { CancelledError, RuntimeError, ValueError } from "@tsyncio/contract";
import {
  createConnection,
  createServer,
  openConnection,
  Protocol,
  type StreamReader,
  type StreamWriter,
  startServer,
} from "@tsyncio/streams";
import { createTask } from "@tsyncio/tasks";
import { failure, on, type Script } from "@tsyncio/test-support";
import { sleep } from "@tsyncio/timeouts";
import { describe, expect, test } from "vitest";
import { codeOf, real } from "./support.ts";

/** Waits for the end of the peer. */
function* idle(reader: StreamReader): Script<void> {
  yield* on(reader.read());
}

/** Sends one line back. */
function* echoOnce(reader: StreamReader, writer: StreamWriter): Script<void> {
  writer.write(yield* on(reader.readline()));
}

describe("a server", () => {
  real("serves for ever until it is cancelled, and waits for its connections then", function* ({ fn }) {
    const server = yield* on(startServer(fn(idle), "127.0.0.1", 0));
    const forever = createTask(server.serveForever());
    yield* on(sleep(0));
    expect(server.isServing()).toBe(true);
    const [, writer] = yield* on(openConnection("127.0.0.1", server.port));
    while (server.connections === 0) yield* on(sleep("1ms"));
    expect(yield* failure(server.serveForever())).toEqual(
      new RuntimeError(`server ${server} is already being awaited on serveForever()`),
    );
    forever.cancel();
    yield* on(sleep("5ms"));
    expect([server.isServing(), forever.done()]).toEqual([false, false]);
    writer.close();
    expect(yield* failure(forever)).toBeInstanceOf(CancelledError);
    expect(yield* failure(server.serveForever())).toEqual(new RuntimeError(`server ${server} is closed`));
  });

  real("that is closed ends serveForever with a CancelledError", function* ({ fn }) {
    const server = yield* on(startServer(fn(idle), "127.0.0.1", 0));
    const forever = createTask(server.serveForever());
    yield* on(sleep(0));
    server.close();
    expect(yield* failure(forever)).toBeInstanceOf(CancelledError);
  });

  real("refuses connections once it is closed; those that are open go on", function* ({ fn }) {
    const server = yield* on(startServer(fn(echoOnce), "127.0.0.1", 0));
    const port = server.port;
    const [reader, writer] = yield* on(openConnection("127.0.0.1", port));
    while (server.connections === 0) yield* on(sleep("1ms"));
    server.close();
    server.close();
    expect(server.sockets).toEqual([]);
    expect(codeOf(yield* failure(openConnection("127.0.0.1", port)))).toBe("ECONNREFUSED");
    const waiting = createTask(server.waitClosed());
    yield* on(sleep("5ms"));
    expect(waiting.done()).toBe(false);
    writer.write("still here\n");
    expect(String(yield* on(reader.read()))).toBe("still here\n");
    writer.close();
    yield* on(waiting);
    yield* on(server.waitClosed());
  });

  real("waits in waitClosed while it is open, though it has no connection", function* ({ fn }) {
    const server = yield* on(startServer(fn(idle), "127.0.0.1", 0));
    const waiting = createTask(server.waitClosed());
    yield* on(sleep("5ms"));
    expect(waiting.done()).toBe(false);
    server.close();
    yield* on(waiting);
  });

  real("closes or aborts its connections when it is told to", function* ({ fn }) {
    for (const method of ["closeClients", "abortClients"] as const) {
      const server = yield* on(startServer(fn(idle), "127.0.0.1", 0));
      const [reader, writer] = yield* on(openConnection("127.0.0.1", server.port));
      while (server.connections === 0) yield* on(sleep("1ms"));
      server[method]();
      expect((yield* on(reader.read())).length).toBe(0);
      writer.close();
      server.close();
      yield* on(server.waitClosed());
    }
  });

  real("opens nothing before it is told to serve", function* ({ fn }) {
    const server = yield* on(startServer(fn(echoOnce), "127.0.0.1", 0, { startServing: false }));
    expect([server.isServing(), server.sockets]).toEqual([false, []]);
    expect(() => server.port).toThrow(new RuntimeError(`server ${server} listens on no port`));
    const starting = createTask(server.startServing());
    yield* on(sleep(0));
    yield* on(server.startServing());
    expect(server.port).toBeGreaterThan(0);
    yield* on(starting);
    yield* on(server.startServing());
    expect(server.isServing()).toBe(true);
    const [reader, writer] = yield* on(openConnection("127.0.0.1", server.port));
    writer.write("x\n");
    expect(String(yield* on(reader.read()))).toBe("x\n");
    writer.close();
    yield* on(server[Symbol.asyncDispose]());
  });

  real("on a port in use throws what the system says, and leaves nothing open", function* ({ fn }) {
    const server = yield* on(startServer(fn(idle), "127.0.0.1", 0));
    const port = server.port;
    expect(codeOf(yield* failure(startServer(fn(idle), "127.0.0.1", port)))).toBe("EADDRINUSE");
    // The first host is free, the second is not: the first is given back.
    const both = startServer(fn(idle), ["127.0.0.2", "127.0.0.1"], port);
    expect(codeOf(yield* failure(both))).toBe("EADDRINUSE");
    const again = yield* on(startServer(fn(idle), "127.0.0.2", port));
    yield* on(again[Symbol.asyncDispose]());
    yield* on(server[Symbol.asyncDispose]());
  });

  real("on addresses that are not this machine's says which they were", function* ({ fn }) {
    expect(yield* failure(startServer(fn(idle), ["203.0.113.1", "203.0.113.2"], 0))).toMatchObject({
      code: "EADDRNOTAVAIL",
      message: "could not bind on any address out of [203.0.113.1, 203.0.113.2]",
    });
  });

  real("listens on several hosts with one port, each host once", function* ({ fn }) {
    const server = yield* on(startServer(fn(echoOnce), ["127.0.0.1", "127.0.0.2", "127.0.0.1"], 0));
    const addresses = server.sockets.map((socket) => socket.getsockname());
    expect(addresses).toEqual([
      ["127.0.0.1", server.port],
      ["127.0.0.2", server.port],
    ]);
    for (const host of ["127.0.0.1", "127.0.0.2"]) {
      const [reader, writer] = yield* on(openConnection(host, server.port));
      writer.write("x\n");
      expect(String(yield* on(reader.read()))).toBe("x\n");
      writer.close();
    }
    yield* on(server[Symbol.asyncDispose]());
  });

  real("without a host listens on all addresses of the machine", function* ({ fn }) {
    const server = yield* on(startServer(fn(echoOnce), null, 0));
    expect(server.sockets[0]?.getsockname()).toEqual(["0.0.0.0", server.port]);
    const [reader, writer] = yield* on(openConnection("localhost", server.port));
    writer.write("x\n");
    expect(String(yield* on(reader.read()))).toBe("x\n");
    writer.close();
    yield* on(server[Symbol.asyncDispose]());
  });

  real("accepts no more connections than it may have at once", function* ({ fn }) {
    const server = yield* on(startServer(fn(echoOnce), "127.0.0.1", 0, { maxConnections: 1 }));
    const [reader, writer] = yield* on(openConnection("127.0.0.1", server.port));
    while (server.connections === 0) yield* on(sleep("1ms"));
    const [refused, other] = yield* on(openConnection("127.0.0.1", server.port));
    let end: unknown;
    try {
      end = (yield* on(refused.read())).length;
    } catch (error) {
      end = codeOf(error);
    }
    expect([0, "ECONNRESET"]).toContain(end);
    other.close();
    writer.write("x\n");
    expect(String(yield* on(reader.read()))).toBe("x\n");
    writer.close();
    yield* on(server[Symbol.asyncDispose]());
  });

  real("gives a connection up that is idle for too long", function* ({ fn }) {
    const errors: unknown[] = [];
    const handler = fn(function* (reader: StreamReader) {
      errors.push(yield* failure(reader.readline()));
    });
    const server = yield* on(startServer(handler, "127.0.0.1", 0, { idleTimeout: "30ms" }));
    const [reader, writer] = yield* on(openConnection("127.0.0.1", server.port));
    expect((yield* on(reader.read())).length).toBe(0);
    while (errors.length === 0) yield* on(sleep("1ms"));
    expect(String(errors[0])).toBe("TimeoutError: the connection was idle for 0.03 seconds");
    writer.close();
    yield* on(server[Symbol.asyncDispose]());
  });

  // Otherwise a peer that asks for much and reads nothing would hold a connection, and what was written to it, for ever.
  real("gives a connection up whose peer takes nothing of what is sent", function* ({ fn }) {
    const errors: unknown[] = [];
    const handler = fn(function* (_: StreamReader, writer: StreamWriter) {
      writer.write(Buffer.alloc(20 << 20));
      errors.push(yield* failure(writer.drain()));
    });
    const server = yield* on(startServer(handler, "127.0.0.1", 0, { idleTimeout: "30ms" }));
    const [, writer] = yield* on(openConnection("127.0.0.1", server.port));
    while (errors.length === 0) yield* on(sleep("1ms"));
    expect(String(errors[0])).toBe("TimeoutError: the connection was idle for 0.03 seconds");
    writer.close();
    yield* on(server[Symbol.asyncDispose]());
  });

  real("reports a protocol factory that throws, and serves on", function* ({ fn, takeReports }) {
    const server = yield* on(startServer(fn(idle), "127.0.0.1", 0));
    let calls = 0;
    const other = yield* on(
      createServer(
        () => {
          if (calls++ === 0) throw new Error("no protocol");
          return new Protocol();
        },
        "127.0.0.1",
        0,
      ),
    );
    const [reader, writer] = yield* on(openConnection("127.0.0.1", other.port));
    expect((yield* on(reader.read())).length).toBe(0);
    writer.close();
    expect(takeReports()).toEqual(["Error on transport creation for incoming connection: Error: no protocol"]);
    const [transport] = yield* on(createConnection(() => new Protocol(), "127.0.0.1", other.port));
    while (other.connections === 0) yield* on(sleep("1ms"));
    transport.close();
    yield* on(other[Symbol.asyncDispose]());
    yield* on(server[Symbol.asyncDispose]());
  });

  test("refuses wrong arguments at the call", () => {
    const handler = () => {};
    expect(() => startServer(handler, "localhost", 70_000)).toThrow(
      new ValueError("port must be a number from 0 to 65535, got 70000"),
    );
    expect(() => startServer(handler, "localhost", 0, { ssl: true as never })).toThrow(
      new TypeError("ssl argument must be an object of TLS options or null"),
    );
    expect(() => startServer(handler, "localhost", 0, { family: 5 as never })).toThrow(ValueError);
    expect(() => startServer(handler, "localhost", 0, { maxConnections: -1 })).toThrow(ValueError);
    expect(() => startServer(handler, "localhost", 0, { reuseAddress: false })).toThrow(ValueError);
    expect(() => startServer(handler, "localhost", 0, { limit: -5 })).toThrow(ValueError);
    expect(() => startServer(handler, 0 as never)).toThrow(TypeError);
    expect(() => startServer(handler, 8080 as never)).toThrow(
      new TypeError("host must be a name or an address, or null, got 8080"),
    );
    expect(() => startServer(handler, "localhost", 0, { ssl: { key: "a key" } })).toThrow(
      new ValueError("ssl of a server needs a certificate: key and cert, or pfx"),
    );
    expect(() => startServer(handler, "localhost", 0, { idleTimeout: 0 })).toThrow(
      new ValueError("idleTimeout should be a positive number, got 0"),
    );
  });
});
