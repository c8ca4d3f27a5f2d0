// Readers and writers over real connections.

import type { Socket } from "node:net";
import { CancelledError, type ExceptionContext } from "@tsyncio/contract";
import { fromPromise } from "@tsyncio/futures";
import { openConnection, type Server, type StreamReader, StreamWriter, startServer } from "@tsyncio/streams";
import { createTask, currentTask, gather, isCoroutine } from "@tsyncio/tasks";
import { on, type Script } from "@tsyncio/test-support";
import { sleep } from "@tsyncio/timeouts";
import { describe, expect, test } from "vitest";
import { codeOf, real, unanswering } from "./support.ts";

/** Sends every line back. */
function* echo(reader: StreamReader, writer: StreamWriter): Script<void> {
  for (;;) {
    const line: Buffer = yield* on(reader.readline());
    if (line.length === 0) break;
    writer.write(line);
    yield* on(writer.drain());
  }
  writer.close();
  yield* on(writer.waitClosed());
}

function* stop(server: Server): Script<void> {
  server.close();
  server.closeClients();
  yield* on(server.waitClosed());
}

describe("a client and a server", () => {
  real("exchange lines until one closes", function* ({ fn }) {
    const server = yield* on(startServer(fn(echo), "127.0.0.1", 0));
    const [reader, writer] = yield* on(openConnection("127.0.0.1", server.port));
    for (const line of ["one\n", "two\n", `${"x".repeat(10_000)}\n`]) {
      writer.write(line);
      yield* on(writer.drain());
      expect(String(yield* on(reader.readline()))).toBe(line);
    }
    writer.close();
    expect(writer.isClosing()).toBe(true);
    yield* on(writer.waitClosed());
    yield* on(writer.waitClosed());
    expect(reader.atEof()).toBe(true);
    yield* stop(server);
  });

  real("close one side only with writeEof", function* ({ fn }) {
    const server = yield* on(
      startServer(
        fn(function* (reader: StreamReader, writer: StreamWriter) {
          const all: Buffer = yield* on(reader.read());
          writer.writelines([`${all.length} bytes`, Buffer.from(": "), all]);
          writer.writeEof();
          expect(writer.canWriteEof()).toBe(true);
        }),
        "127.0.0.1",
        0,
      ),
    );
    const [reader, writer] = yield* on(openConnection("127.0.0.1", server.port));
    writer.write("hello");
    writer.writeEof();
    expect(() => writer.write("more")).toThrow("Cannot call write() after writeEof()");
    expect(String(yield* on(reader.read(-1)))).toBe("5 bytes: hello");
    writer.close();
    yield* on(writer.waitClosed());
    yield* stop(server);
  });

  real("read text when they are given an encoding", function* ({ fn }) {
    const lines: string[] = [];
    const handler = fn(function* (reader: StreamReader<string>, writer: StreamWriter) {
      lines.push(yield* on(reader.readline()));
      writer.write("übrigens\n");
      writer.close();
    });
    const server = yield* on(startServer(handler, "127.0.0.1", 0, { encoding: "utf8" }));
    const [reader, writer] = yield* on(openConnection("127.0.0.1", server.port, { encoding: "utf8" }));
    writer.write("grün\n");
    expect(yield* on(reader.readline())).toBe("übrigens\n");
    expect(lines).toEqual(["grün\n"]);
    writer.close();
    yield* on(writer.waitClosed());
    yield* stop(server);
  });

  real("know their addresses", function* ({ fn }) {
    let seen: unknown;
    const handler = fn(function* (_: StreamReader, writer: StreamWriter) {
      seen = [writer.getExtraInfo("sockname"), writer.getExtraInfo("peername")];
      writer.close();
      yield* on(writer.waitClosed());
    });
    const server = yield* on(startServer(handler, "127.0.0.1", 0));
    const [reader, writer] = yield* on(openConnection("127.0.0.1", server.port));
    const own = writer.getExtraInfo("sockname");
    expect(writer.getExtraInfo("peername")).toEqual(["127.0.0.1", server.port]);
    expect(writer.getExtraInfo("sslcontext")).toBeNull();
    expect(writer.getExtraInfo("nonsense", "nothing")).toBe("nothing");
    yield* on(reader.read());
    expect(seen).toEqual([["127.0.0.1", server.port], own]);
    writer.close();
    yield* on(writer.waitClosed());
    yield* stop(server);
  });

  real("serve many connections at the same time", function* ({ fn }) {
    const server = yield* on(startServer(fn(echo), "127.0.0.1", 0));
    const one = fn(function* (i: number) {
      const [reader, writer] = yield* on(openConnection("127.0.0.1", server.port));
      for (let j = 0; j < 5; j++) {
        writer.write(`${i} ${j}\n`);
        expect(String(yield* on(reader.readline()))).toBe(`${i} ${j}\n`);
      }
      writer.close();
      yield* on(writer.waitClosed());
      return i;
    });
    const all = Array.from({ length: 50 }, (_, i) => () => one(i));
    expect(yield* on(gather(all))).toEqual(Array.from({ length: 50 }, (_, i) => i));
    yield* stop(server);
  });

  real("are disposable", function* ({ fn }) {
    const server = yield* on(startServer(fn(echo), "127.0.0.1", 0));
    const [reader, writer] = yield* on(openConnection("127.0.0.1", server.port));
    writer.write("last words\n");
    yield* on(writer[Symbol.asyncDispose]());
    expect(writer.isClosing()).toBe(true);
    expect(reader.atEof()).toBe(true);
    yield* on(writer[Symbol.asyncDispose]());
    yield* on(server[Symbol.asyncDispose]());
    expect(server.isServing()).toBe(false);
  });
});

describe("a handler", () => {
  real("runs as a task of its own, and not as the server's", function* ({ fn }) {
    const names: unknown[] = [];
    const handler = fn(function* (_: StreamReader, writer: StreamWriter) {
      names.push(currentTask());
      yield* on(sleep(0));
      names.push(currentTask());
      writer.close();
    });
    const server = yield* on(startServer(handler, "127.0.0.1", 0));
    const [reader, writer] = yield* on(openConnection("127.0.0.1", server.port));
    yield* on(reader.read());
    expect(names[0]).toBe(names[1]);
    expect(names[0]).not.toBeNull();
    expect(names[0]).not.toBe(currentTask());
    writer.close();
    yield* on(writer.waitClosed());
    yield* stop(server);
  });

  real(
    "that fails is reported with the address of its peer, and its connection alone is closed",
    function* ({ fn, takeReports, reports }) {
      const handler = fn(function* (reader: StreamReader, writer: StreamWriter) {
        const line = String(yield* on(reader.readline()));
        if (line === "bad\n") throw new Error("no good");
        writer.write(line);
        writer.close();
      });
      const server = yield* on(startServer(handler, "127.0.0.1", 0));
      const [bad, good] = [
        yield* on(openConnection("127.0.0.1", server.port)),
        yield* on(openConnection("127.0.0.1", server.port)),
      ];
      bad[1].write("bad\n");
      expect((yield* on(bad[0].read())).length).toBe(0);
      const [, port] = bad[1].getExtraInfo("sockname") as [string, number];
      const [context] = reports as [ExceptionContext & { task?: unknown }];
      expect(context.task).toBeDefined();
      expect(takeReports()).toEqual([
        `Unhandled exception in client_connected_cb, for 127.0.0.1:${port}: Error: no good`,
      ]);
      good[1].write("good\n");
      expect(String(yield* on(good[0].read()))).toBe("good\n");
      for (const [, writer] of [bad, good]) {
        writer.close();
        yield* on(writer.waitClosed());
      }
      yield* stop(server);
    },
  );

  real("that is cancelled closes its connection, and says nothing", function* ({ fn }) {
    let task: ReturnType<typeof currentTask> = null;
    const handler = fn(function* (reader: StreamReader) {
      task = currentTask();
      yield* on(reader.readline());
    });
    const server = yield* on(startServer(handler, "127.0.0.1", 0));
    const [reader, writer] = yield* on(openConnection("127.0.0.1", server.port));
    while (task === null) yield* on(sleep("1ms"));
    (task as unknown as { cancel(): void }).cancel();
    expect((yield* on(reader.read())).length).toBe(0);
    writer.close();
    yield* on(writer.waitClosed());
    yield* stop(server);
  });

  real("may be a plain function", function* () {
    const server = yield* on(
      startServer(
        (_, writer) => {
          writer.write("plain");
          writer.close();
        },
        "127.0.0.1",
        0,
      ),
    );
    const [reader, writer] = yield* on(openConnection("127.0.0.1", server.port));
    expect(String(yield* on(reader.read()))).toBe("plain");
    writer.close();
    yield* on(writer.waitClosed());
    yield* stop(server);
  });
});

describe("back pressure", () => {
  real("has drain wait for a peer that does not read, and go on when it does", function* ({ fn, loop }) {
    let reading: StreamReader | null = null;
    const handler = fn(function* (reader: StreamReader, writer: StreamWriter) {
      reading = reader;
      yield* on(writer.waitClosed());
    });
    const server = yield* on(startServer(handler, "127.0.0.1", 0));
    const [, writer] = yield* on(openConnection("127.0.0.1", server.port));
    const piece = Buffer.alloc(64 * 1024, "x");
    let sent = 0;
    const pushing = createTask(
      fn(function* () {
        while (sent < 64 * 1024 * 1024) {
          writer.write(piece);
          sent += piece.length;
          yield* on(writer.drain());
        }
      }),
    );
    let before = -1;
    while (before !== sent) {
      before = sent;
      yield* on(sleep("100ms"));
    }
    // What the systems' buffers hold, the reader's and the writer's.
    expect(sent).toBeLessThan(32 * 1024 * 1024);
    expect(pushing.done()).toBe(false);
    expect(String(pushing)).toContain("pending");
    let received = 0;
    while (received < 64 * 1024 * 1024)
      received += (yield* on((reading as unknown as StreamReader).read(1 << 20))).length;
    yield* on(pushing);
    expect(received).toBe(sent);
    expect(loop.getDebug()).toBe(false);
    writer.close();
    yield* on(writer.waitClosed());
    yield* stop(server);
  });

  real("a drain that need not wait is a coroutine all the same", function* ({ fn }) {
    const server = yield* on(startServer(fn(echo), "127.0.0.1", 0));
    const [, writer] = yield* on(openConnection("127.0.0.1", server.port));
    const drained = writer.drain();
    expect([isCoroutine(drained), String(drained)]).toEqual([true, "<Coroutine drain>"]);
    yield* on(drained);
    yield* on(gather([writer.drain(), createTask(writer.drain())]));
    const cancelled = createTask(writer.drain());
    cancelled.cancel();
    yield* on(gather([cancelled], { returnExceptions: true }));
    expect(cancelled.cancelled()).toBe(true);
    yield* on(writer.drain());
    writer.close();
    yield* stop(server);
  });

  real("a cancelled drain sends what was written all the same", function* ({ fn }) {
    let received = 0;
    let reading: StreamReader | null = null;
    const server = yield* on(
      startServer(
        fn(function* (reader: StreamReader, writer: StreamWriter) {
          reading = reader;
          yield* on(writer.waitClosed());
        }),
        "127.0.0.1",
        0,
      ),
    );
    const [, writer] = yield* on(openConnection("127.0.0.1", server.port));
    const size = 16 * 1024 * 1024;
    const draining = createTask(
      fn(function* () {
        writer.write(Buffer.alloc(size));
        yield* on(writer.drain());
      }),
    );
    yield* on(sleep("50ms"));
    draining.cancel();
    yield* on(gather([draining], { returnExceptions: true }));
    expect(draining.cancelled()).toBe(true);
    writer.writeEof();
    while (reading === null) yield* on(sleep("1ms"));
    for (;;) {
      const data: Buffer = yield* on((reading as StreamReader).read(1 << 20));
      if (data.length === 0) break;
      received += data.length;
    }
    expect(received).toBe(size);
    writer.close();
    yield* on(writer.waitClosed());
    yield* stop(server);
  });
});

describe("what is gone", () => {
  real("is told by drain, once the writer was closed", function* ({ fn }) {
    const server = yield* on(startServer(fn(echo), "127.0.0.1", 0));
    const [, writer] = yield* on(openConnection("127.0.0.1", server.port));
    writer.close();
    writer.write("dropped");
    yield* on(writer.waitClosed());
    let caught: unknown;
    try {
      yield* on(writer.drain());
    } catch (error) {
      caught = error;
    }
    expect(String(caught)).toBe("ConnectionError: Connection lost");
    expect(codeOf(caught)).toBe("ECONNRESET");
    yield* stop(server);
  });

  real("has a task that writes and drains in a circle hear of it", function* ({ fn }) {
    const server = yield* on(startServer((_, writer) => writer.transport.abort(), "127.0.0.1", 0));
    const [, writer] = yield* on(openConnection("127.0.0.1", server.port));
    const circling = createTask(
      fn(function* () {
        for (;;) {
          writer.write("more and more");
          yield* on(writer.drain());
          yield* on(sleep(0));
        }
      }),
    );
    const [outcome] = yield* on(gather([circling], { returnExceptions: true }));
    expect(["ECONNRESET", "EPIPE"]).toContain(codeOf(outcome));
    writer.close();
    yield* stop(server);
  });

  real("is told to whoever reads, when the peer resets the connection", function* ({ fn }) {
    const server = yield* on(
      startServer(
        fn(function* (reader: StreamReader, writer: StreamWriter) {
          yield* on(reader.readline());
          (writer.getExtraInfo("socket") as Socket).resetAndDestroy();
        }),
        "127.0.0.1",
        0,
      ),
    );
    const [reader, writer] = yield* on(openConnection("127.0.0.1", server.port));
    writer.write("reset me\n");
    let caught: unknown;
    try {
      yield* on(reader.readline());
    } catch (error) {
      caught = error;
    }
    expect(codeOf(caught)).toBe("ECONNRESET");
    expect(reader.exception()).toBe(caught);
    try {
      yield* on(writer.waitClosed());
    } catch (error) {
      expect(error).toBe(caught);
    }
    // It was lost before: nothing is thrown.
    yield* on(writer[Symbol.asyncDispose]());
    yield* stop(server);
  });
});

describe("opening a connection", () => {
  real("that is cancelled leaves no socket", function* ({ fn }) {
    const busy = yield* on(fromPromise(unanswering()));
    const opening = createTask(fn(() => openOnly("127.0.0.1", busy.port)));
    yield* on(sleep("50ms"));
    expect(opening.done()).toBe(false);
    opening.cancel();
    yield* on(gather([opening], { returnExceptions: true }));
    expect(opening.cancelled()).toBe(true);
    busy.end();
  });

  real("that is cancelled just when it is there leaves no socket", function* ({ fn, loop }) {
    const server = yield* on(startServer(fn(echo), "127.0.0.1", 0));
    for (let turns = 0; turns < 12; turns++) {
      const opening = createTask(fn(() => openOnly("127.0.0.1", server.port)));
      for (let i = 0; i < turns; i++) yield* on(sleep(turns > 6 ? "0.2ms" : 0));
      opening.cancel();
      const [outcome] = yield* on(gather([opening], { returnExceptions: true }));
      if (outcome instanceof CancelledError) continue;
      (outcome as unknown as [StreamReader, StreamWriter])[1].close();
    }
    expect(loop.isRunning()).toBe(true);
    yield* stop(server);
  });

  real("to a port where nobody listens throws what the system says", function* ({ fn }) {
    const server = yield* on(startServer(fn(echo), "127.0.0.1", 0));
    const port = server.port;
    yield* stop(server);
    let caught: unknown;
    try {
      yield* on(openConnection("127.0.0.1", port));
    } catch (error) {
      caught = error;
    }
    expect(codeOf(caught)).toBe("ECONNREFUSED");
    expect(String(caught)).toContain(`127.0.0.1:${port}`);
  });

  test("refuses wrong arguments at the call", () => {
    expect(() => openConnection("localhost", 80, { limit: 0 })).toThrow("Limit cannot be <= 0");
    expect(() => openConnection(8080 as never)).toThrow("host must be a name or an address, or null, got 8080");
    expect(() => openConnection("localhost")).toThrow('a port is needed to connect to "localhost"');
    expect(() => openConnection("localhost", 80, { localAddr: "127.0.0.1" as never })).toThrow(
      'localAddr must be [host, port] or null, got "127.0.0.1"',
    );
    expect(() => openConnection("localhost", 80, { idleTimeout: -1 })).toThrow(
      "idleTimeout should be a positive number, got -1",
    );
    expect(() => openConnection("localhost", 80, { serverHostname: "x" })).toThrow(
      "serverHostname is only meaningful with ssl",
    );
    expect(() => openConnection(null, 80, { ssl: true })).toThrow(
      "You must set serverHostname when using ssl without a host",
    );
    expect(() => openConnection("localhost", 80, { sslHandshakeTimeout: 5 })).toThrow(
      "sslHandshakeTimeout is only meaningful with ssl",
    );
    expect(() => startServer(null as never, "localhost", 80)).toThrow(TypeError);
    expect(() => startServer(() => {})).toThrow("Neither host/port nor sock were specified");
    expect(() => new StreamWriter({} as never, {} as never, null)).toThrow(TypeError);
  });
});

function* openOnly(host: string, port: number) {
  return yield* on(openConnection(host, port));
}
