// What holds over sockets and in memory alike: one suite, run over both.
import { CancelledError, IncompleteReadError, ValueError } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import * as sockets from "@tsyncio/streams";
import {
  BufferedProtocol,
  Protocol,
  type Server,
  type StreamReader,
  type StreamWriter,
  type Transport,
} from "@tsyncio/streams";
import { FakeNetwork, type FaultOptions } from "@tsyncio/streams/testing";
import { createTask, currentTask, gather } from "@tsyncio/tasks";
import { failure, type Kind, on, type Script, worldOf } from "@tsyncio/test-support";
import { sleep } from "@tsyncio/timeouts";
import { describe, expect, it } from "vitest";
import { both, codeOf, type RealTools, real, whatIsOpen } from "./support.ts";

interface Network {
  openConnection: FakeNetwork["openConnection"];
  startServer: FakeNetwork["startServer"];
  createConnection: FakeNetwork["createConnection"];
  createServer: FakeNetwork["createServer"];
}

interface Tools {
  readonly net: Network;
  readonly fn: Kind["define"];
  takeReports: RealTools["takeReports"];
}

type Law = (tools: Tools) => Script<void>;

/** A law, over sockets and over fake networks, in both kinds of coroutine. */
function law(name: string, script: Law): void {
  real(`${name}, over sockets`, (tools) => script({ ...tools, net: sockets as unknown as Network }));
  const faults: Record<string, FaultOptions> = {
    "in memory": {},
    "in memory, slowly and in pieces": { latency: ["1ms", "5ms"], partialReads: true, seed: 7, capacity: 1000 },
  };
  for (const [where, options] of Object.entries(faults)) {
    for (const kind of both.kinds) {
      it(`${name}, ${where} (${kind.name})`, async () => {
        const world = worldOf();
        const main = kind.define(
          () => script({ net: new FakeNetwork(options), fn: kind.define, takeReports: world.takeReports }),
          "main",
        );
        await world.loop.runUntilComplete(main);
        // What the last turn still has to tell.
        await world.loop.runUntilComplete(() => sleep("1s"));
        world.leave();
        expect(whatIsOpen()).toEqual([]);
      });
    }
  }
}

function* until(holds: () => boolean): Script<void> {
  while (!holds()) yield* on(sleep("1ms"));
}

function* stop(server: Server): Script<void> {
  server.closeClients();
  yield* on(server[Symbol.asyncDispose]());
}

/** Sends every line back. */
function* echo(reader: StreamReader, writer: StreamWriter): Script<void> {
  for (;;) {
    const line: Buffer = yield* on(reader.readline());
    if (line.length === 0) return;
    writer.write(line);
    yield* on(writer.drain());
  }
}

describe("streams", () => {
  law("carry lines there and back", function* ({ net, fn }) {
    const server = yield* on(net.startServer(fn(echo), "127.0.0.1", 0));
    const [reader, writer] = yield* on(net.openConnection("127.0.0.1", server.port));
    for (const line of ["one\n", "two\n", `${"x".repeat(5000)}\n`]) {
      writer.write(line);
      yield* on(writer.drain());
      expect(String(yield* on(reader.readline()))).toBe(line);
    }
    expect(writer.getExtraInfo("peername")).toEqual(["127.0.0.1", server.port]);
    writer.close();
    yield* on(writer.waitClosed());
    yield* stop(server);
  });

  law("read everything that was written before a half close, and answer after it", function* ({ net, fn }) {
    const handler = fn(function* (reader: StreamReader, writer: StreamWriter) {
      const all: Buffer = yield* on(reader.read());
      writer.writelines([`${all.length} bytes: `, all]);
      yield* on(writer.drain());
    });
    const server = yield* on(net.startServer(handler, "127.0.0.1", 0));
    const [reader, writer] = yield* on(net.openConnection("127.0.0.1", server.port));
    writer.write("x".repeat(20_000));
    writer.writeEof();
    expect(String(yield* on(reader.read()))).toBe(`20000 bytes: ${"x".repeat(20_000)}`);
    writer.close();
    yield* on(writer.waitClosed());
    yield* stop(server);
  });

  law("say how much was missing when the end comes early", function* ({ net }) {
    const server = yield* on(
      net.startServer(
        (_, writer) => {
          writer.write("only ten b");
          writer.close();
        },
        "127.0.0.1",
        0,
      ),
    );
    const [reader, writer] = yield* on(net.openConnection("127.0.0.1", server.port));
    const error = (yield* failure(reader.readexactly(20))) as IncompleteReadError;
    expect(error).toBeInstanceOf(IncompleteReadError);
    expect([String(error.partial), error.expected]).toEqual(["only ten b", 20]);
    writer.close();
    yield* on(writer.waitClosed());
    yield* stop(server);
  });

  law("refuse a line over the limit", function* ({ net }) {
    const server = yield* on(
      net.startServer(
        (_, writer) => {
          writer.write(`${"x".repeat(500)}\nshort\n`);
        },
        "127.0.0.1",
        0,
      ),
    );
    const [reader, writer] = yield* on(net.openConnection("127.0.0.1", server.port, { limit: 100 }));
    let refused = 0;
    let line = "";
    while (line !== "short\n") {
      try {
        line = String(yield* on(reader.readline()));
      } catch (error) {
        expect(error).toBeInstanceOf(ValueError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(0);
    writer.close();
    yield* stop(server);
    yield* on(writer.waitClosed());
  });

  law("stop the writer while the reader does not read, and lose nothing", function* ({ net, fn }) {
    const size = 8 << 20;
    let reading: StreamReader | null = null;
    const server = yield* on(
      net.startServer(
        (reader) => {
          reading = reader;
        },
        "127.0.0.1",
        0,
      ),
    );
    const [, writer] = yield* on(net.openConnection("127.0.0.1", server.port));
    const writing = createTask(
      fn(function* () {
        for (let sent = 0; sent < size; sent += 64 * 1024) {
          writer.write(Buffer.alloc(64 * 1024, sent >> 16));
          yield* on(writer.drain());
        }
        writer.writeEof();
      }),
    );
    yield* on(sleep("50ms"));
    expect(writing.done()).toBe(false);
    yield* until(() => reading !== null);
    let received = 0;
    for (;;) {
      const data: Buffer = yield* on((reading as unknown as StreamReader).read(1 << 20));
      if (data.length === 0) break;
      expect(data[0]).toBe((received >> 16) & 0xff);
      received += data.length;
    }
    expect(received).toBe(size);
    yield* on(writing);
    writer.close();
    yield* stop(server);
    yield* on(writer.waitClosed());
  });

  law("tell the reader of a reset, and the writer", function* ({ net }) {
    let other: Transport | null = null;
    const server = yield* on(
      net.startServer(
        (_, writer) => {
          other = writer.transport;
        },
        "127.0.0.1",
        0,
      ),
    );
    const [reader, writer] = yield* on(net.openConnection("127.0.0.1", server.port));
    yield* until(() => other !== null);
    const transport = other as unknown as Transport;
    // What arrives there is never read: its end is a reset.
    transport.pauseReading();
    writer.write(Buffer.alloc(300_000));
    yield* on(sleep("20ms"));
    transport.abort();
    expect(codeOf(yield* failure(reader.read()))).toBe("ECONNRESET");
    expect(codeOf(yield* failure(writer.drain()))).toBe("ECONNRESET");
    expect(codeOf(yield* failure(writer.waitClosed()))).toBe("ECONNRESET");
    yield* stop(server);
  });

  law("take nothing when a read is cancelled", function* ({ net, fn }) {
    const server = yield* on(net.startServer(fn(echo), "127.0.0.1", 0));
    const [reader, writer] = yield* on(net.openConnection("127.0.0.1", server.port));
    for (let i = 0; i < 5; i++) {
      const reading = createTask(
        fn(function* () {
          return String(yield* on(reader.readline()));
        }),
      );
      writer.write(`line ${i}\n`);
      if (i % 2 === 1) yield* on(sleep("10ms"));
      if (!reading.done()) {
        reading.cancel();
        expect(yield* failure(reading)).toBeInstanceOf(CancelledError);
        expect(String(yield* on(reader.readline()))).toBe(`line ${i}\n`);
      } else expect(yield* on(reading)).toBe(`line ${i}\n`);
    }
    writer.close();
    yield* on(writer.waitClosed());
    yield* stop(server);
  });
});

describe("servers", () => {
  law("report a handler that fails, and serve on", function* ({ net, fn, takeReports }) {
    const handler = fn(function* (reader: StreamReader, writer: StreamWriter) {
      const line = String(yield* on(reader.readline()));
      if (line === "bad\n") throw new Error("no good");
      writer.write(line);
    });
    const server = yield* on(net.startServer(handler, "127.0.0.1", 0));
    for (const [line, answer] of [
      ["bad\n", ""],
      ["good\n", "good\n"],
    ] as const) {
      const [reader, writer] = yield* on(net.openConnection("127.0.0.1", server.port));
      writer.write(line);
      expect(String(yield* on(reader.read()))).toBe(answer);
      writer.close();
      yield* on(writer.waitClosed());
    }
    expect(takeReports().length).toBe(1);
    yield* stop(server);
  });

  law("close the connection of a handler that is cancelled", function* ({ net, fn }) {
    let task: ReturnType<typeof currentTask> = null;
    const handler = fn(function* (reader: StreamReader) {
      task = currentTask();
      yield* on(reader.read());
    });
    const server = yield* on(net.startServer(handler, "127.0.0.1", 0));
    const [reader, writer] = yield* on(net.openConnection("127.0.0.1", server.port));
    yield* until(() => task !== null);
    (task as unknown as { cancel(): void }).cancel();
    expect((yield* on(reader.read())).length).toBe(0);
    writer.close();
    yield* on(writer.waitClosed());
    yield* stop(server);
  });

  law("refuse connections when they are closed, and wait for those that are open", function* ({ net, fn }) {
    const server = yield* on(net.startServer(fn(echo), "127.0.0.1", 0));
    const port = server.port;
    const [reader, writer] = yield* on(net.openConnection("127.0.0.1", port));
    yield* until(() => server.connections === 1);
    server.close();
    expect(server.isServing()).toBe(false);
    expect(codeOf(yield* failure(net.openConnection("127.0.0.1", port)))).toBe("ECONNREFUSED");
    const waiting = createTask(server.waitClosed());
    writer.write("still here\n");
    expect(String(yield* on(reader.readline()))).toBe("still here\n");
    expect(waiting.done()).toBe(false);
    writer.close();
    yield* on(waiting);
    yield* on(writer.waitClosed());
  });

  law("want a port for themselves", function* ({ net, fn }) {
    const server = yield* on(net.startServer(fn(echo), "127.0.0.1", 0));
    const taken = net.startServer(fn(echo), "127.0.0.1", server.port);
    expect(codeOf(yield* failure(taken))).toBe("EADDRINUSE");
    yield* stop(server);
  });

  law("serve many at once", function* ({ net, fn }) {
    const server = yield* on(net.startServer(fn(echo), "127.0.0.1", 0));
    const one = fn(function* (i: number) {
      const [reader, writer] = yield* on(net.openConnection("127.0.0.1", server.port));
      for (let j = 0; j < 3; j++) {
        writer.write(`${i} ${j}\n`);
        expect(String(yield* on(reader.readline()))).toBe(`${i} ${j}\n`);
      }
      writer.close();
      yield* on(writer.waitClosed());
    });
    yield* on(gather(Array.from({ length: 20 }, (_, i) => () => one(i))));
    yield* stop(server);
  });
});

describe("protocols", () => {
  class Noting extends Protocol {
    readonly events: string[] = [];
    readonly lost = new Future<unknown>();
    transport!: Transport;
    override connectionMade(transport: Transport) {
      this.transport = transport;
      this.events.push("made");
    }
    override dataReceived(data: Buffer) {
      this.events.push(String(data));
    }
    override eofReceived() {
      this.events.push("eof");
      return true;
    }
    override connectionLost(error: unknown) {
      this.events.push(error === null ? "lost" : `lost ${codeOf(error)}`);
      this.lost.setResult(error);
    }
  }

  law("hear of the connection, the data, the end and the loss, each in its turn", function* ({ net }) {
    const peer = new Noting();
    const server = yield* on(net.createServer(() => peer, "127.0.0.1", 0));
    const [transport, client] = yield* on(net.createConnection(() => new Noting(), "127.0.0.1", server.port));
    transport.write("hello");
    transport.writeEof();
    yield* until(() => peer.events.includes("eof"));
    expect(peer.events.slice(1, -1).join("")).toBe("hello");
    peer.transport.close();
    yield* on(peer.lost);
    yield* on(client.lost);
    expect([peer.events[0], peer.events.at(-1)]).toEqual(["made", "lost"]);
    expect(client.events).toEqual(["made", "eof", "lost"]);
    yield* stop(server);
  });

  law("are called in no task, also by who connects", function* ({ net }) {
    const seen: unknown[] = [];
    class Looking extends Noting {
      override connectionMade(transport: Transport) {
        super.connectionMade(transport);
        seen.push(currentTask());
      }
    }
    const server = yield* on(net.createServer(() => new Looking(), "127.0.0.1", 0));
    const [transport, client] = yield* on(net.createConnection(() => new Looking(), "127.0.0.1", server.port));
    yield* until(() => seen.length === 2);
    expect(seen).toEqual([null, null]);
    transport.close();
    yield* on(client.lost);
    yield* stop(server);
  });

  law("with buffers of their own get no more than they read, and leave the rest to the next", function* ({ net }) {
    class Buffered extends BufferedProtocol {
      readonly buffer = Buffer.alloc(4);
      received = "";
      transport!: Transport;
      override connectionMade(transport: Transport) {
        this.transport = transport;
      }
      override getBuffer() {
        return this.buffer;
      }
      override bufferUpdated(nbytes: number) {
        this.received += this.buffer.toString("latin1", 0, nbytes);
        if (this.received.length < 8) this.transport.pauseReading();
        else this.transport.setProtocol(next);
      }
    }
    const next = new Noting();
    const peer = new Buffered();
    const server = yield* on(net.createServer(() => peer, "127.0.0.1", 0));
    const [transport, client] = yield* on(net.createConnection(() => new Noting(), "127.0.0.1", server.port));
    transport.write("0123456789abcdef");
    while (peer.received.length < 8) {
      yield* on(sleep("20ms"));
      expect(peer.received.length).toBeLessThan(12);
      peer.transport.resumeReading();
    }
    yield* until(() => next.events.join("").endsWith("f"));
    expect(peer.received + next.events.join("")).toBe("0123456789abcdef");
    expect(next.events.length).toBeGreaterThan(0);
    transport.close();
    peer.transport.close();
    yield* on(client.lost);
    yield* on(next.lost);
    yield* stop(server);
  });

  law("hear nothing of a buffer that has drained when what was in it is lost", function* ({ net }) {
    class Full extends Noting {
      override pauseWriting() {
        this.events.push("pause");
      }
      override resumeWriting() {
        this.events.push("resume");
      }
    }
    const peer = new Noting();
    const server = yield* on(net.createServer(() => peer, "127.0.0.1", 0));
    const [transport, client] = yield* on(net.createConnection(() => new Full(), "127.0.0.1", server.port));
    yield* until(() => peer.events.length === 1);
    peer.transport.pauseReading();
    for (let i = 0; i < 16; i++) transport.write(Buffer.alloc(1 << 20));
    expect(client.events).toEqual(["made", "pause"]);
    transport.abort();
    yield* on(client.lost);
    yield* on(sleep("20ms"));
    expect(client.events).toEqual(["made", "pause", "lost"]);
    peer.transport.abort();
    yield* on(peer.lost);
    yield* stop(server);
  });

  law("get nothing while reading is paused", function* ({ net }) {
    const peer = new Noting();
    const server = yield* on(net.createServer(() => peer, "127.0.0.1", 0));
    const [transport, client] = yield* on(net.createConnection(() => new Noting(), "127.0.0.1", server.port));
    yield* until(() => peer.events.length === 1);
    peer.transport.pauseReading();
    transport.write("hello");
    yield* on(sleep("20ms"));
    expect(peer.events).toEqual(["made"]);
    peer.transport.resumeReading();
    yield* until(() => peer.events.slice(1).join("") === "hello");
    transport.close();
    yield* on(client.lost);
    yield* stop(server);
  });
});
