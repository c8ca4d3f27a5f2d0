// Transports and protocols over real connections.
import { RuntimeError, ValueError } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { getRunningLoop } from "@tsyncio/loop";
import {
  BaseTransport,
  BufferedProtocol,
  createConnection,
  createServer,
  DatagramTransport,
  openConnection,
  Protocol,
  ReadTransport,
  type Server,
  SocketTransport,
  Transport,
  WriteTransport,
} from "@tsyncio/streams";
import { currentTask } from "@tsyncio/tasks";
import { failure, on, outcome, type Script } from "@tsyncio/test-support";
import { sleep } from "@tsyncio/timeouts";
import { describe, expect, test } from "vitest";
import { Connecting } from "../dist/connecting.js";
import { codeOf, real } from "./support.ts";

/** Notes what it is told. */
class Noting extends Protocol {
  readonly events: string[] = [];
  readonly lost: Future<unknown> = new Future();
  transport!: Transport;
  keepOpen = true;

  override connectionMade(transport: Transport) {
    this.transport = transport;
    this.events.push("made");
  }
  override dataReceived(data: Buffer) {
    this.events.push(data.length > 20 ? `${data.length} bytes` : String(data));
  }
  override eofReceived() {
    this.events.push("eof");
    return this.keepOpen;
  }
  override pauseWriting() {
    this.events.push("pause");
  }
  override resumeWriting() {
    this.events.push("resume");
  }
  override connectionLost(error: unknown) {
    this.events.push(`lost ${error === null ? null : codeOf(error)}`);
    this.lost.setResult(error);
  }
}

interface Pair {
  server: Server;
  client: Noting;
  peer: Noting;
  transport: SocketTransport;
}

function* pair(): Script<Pair> {
  const peer = new Noting();
  const server: Server = yield* on(createServer(() => peer, "127.0.0.1", 0));
  const [transport, client] = (yield* on(createConnection(() => new Noting(), "127.0.0.1", server.port))) as [
    SocketTransport,
    Noting,
  ];
  while (peer.events.length === 0) yield* on(sleep("1ms"));
  return { server, client, peer, transport };
}

function* end({ server, client, peer }: Pair): Script<void> {
  client.transport.close();
  peer.transport.close();
  yield* on(client.lost);
  yield* on(peer.lost);
  yield* on(server[Symbol.asyncDispose]());
}

describe("a protocol", () => {
  real("is told of the connection, of data, of the end, and of the loss, in this order", function* () {
    const all = yield* pair();
    const { client, peer, transport } = all;
    transport.write("hello");
    while (peer.events.length < 2) yield* on(sleep("1ms"));
    transport.writeEof();
    while (peer.events.length < 3) yield* on(sleep("1ms"));
    // Half open: the other way still works.
    peer.transport.write("bye");
    peer.transport.close();
    expect(peer.transport.isClosing()).toBe(true);
    yield* on(peer.lost);
    while (client.events.length < 3) yield* on(sleep("1ms"));
    yield* end(all);
    expect(peer.events).toEqual(["made", "hello", "eof", "lost null"]);
    expect(client.events).toEqual(["made", "bye", "eof", "lost null"]);
  });

  real("that does not keep the connection open at the end has it closed", function* () {
    const all = yield* pair();
    all.peer.keepOpen = false;
    all.transport.writeEof();
    yield* on(all.peer.lost);
    yield* end(all);
    expect(all.peer.events).toEqual(["made", "eof", "lost null"]);
  });

  real("is called inside of the running loop, and in no task", function* ({ loop }) {
    const seen: unknown[] = [];
    class Looking extends Noting {
      override dataReceived() {
        seen.push(getRunningLoop() === loop, currentTask());
        this.transport.write("x");
      }
    }
    const server = yield* on(createServer(() => new Looking(), "127.0.0.1", 0));
    const [transport, client] = yield* on(createConnection(() => new Looking(), "127.0.0.1", server.port));
    transport.write("x");
    while (seen.length < 4) yield* on(sleep("1ms"));
    expect(seen.slice(0, 4)).toEqual([true, null, true, null]);
    transport.close();
    yield* on(client.lost);
    server.closeClients();
    yield* on(server[Symbol.asyncDispose]());
  });

  real("that throws is reported, and its connection given up with the error", function* ({ takeReports }) {
    const error = new Error("bad data");
    class Failing extends Noting {
      override dataReceived() {
        throw error;
      }
    }
    const failing = new Failing();
    const server = yield* on(createServer(() => failing, "127.0.0.1", 0));
    const [transport, client] = yield* on(createConnection(() => new Noting(), "127.0.0.1", server.port));
    transport.write("x");
    expect(yield* on(failing.lost)).toBe(error);
    expect(takeReports()).toEqual(["Fatal error: protocol.dataReceived() call failed.: Error: bad data"]);
    transport.close();
    yield* on(client.lost);
    server.closeClients();
    yield* on(server[Symbol.asyncDispose]());
  });

  real("may be replaced while the connection goes on", function* () {
    const all = yield* pair();
    const next = new Noting();
    all.peer.transport.setProtocol(next);
    expect(all.peer.transport.getProtocol()).toBe(next);
    all.transport.write("for the next");
    while (next.events.length < 1) yield* on(sleep("1ms"));
    all.transport.close();
    yield* on(all.client.lost);
    all.peer.transport.close();
    yield* on(next.lost);
    yield* on(all.server[Symbol.asyncDispose]());
    expect(next.events[0]).toBe("for the next");
    expect(all.peer.events).toEqual(["made"]);
  });

  real("with buffers of its own gets the bytes in them, on either side", function* () {
    class Buffered extends BufferedProtocol {
      readonly buffer = Buffer.alloc(7);
      received = "";
      readonly lost = new Future<unknown>();
      override getBuffer(sizeHint: number) {
        expect(sizeHint === -1 || sizeHint > 0).toBe(true);
        return this.buffer;
      }
      override bufferUpdated(nbytes: number) {
        this.received += this.buffer.toString("utf8", 0, nbytes);
      }
      override connectionLost(error: unknown) {
        this.lost.setResult(error);
      }
    }
    const peer = new Buffered();
    const server = yield* on(createServer(() => peer, "127.0.0.1", 0));
    const [transport, client] = yield* on(createConnection(() => new Buffered(), "127.0.0.1", server.port));
    const text = "0123456789".repeat(100);
    transport.write(text);
    while (peer.received.length < text.length) yield* on(sleep("1ms"));
    expect(peer.received).toBe(text);
    server.closeClients();
    expect(yield* on(client.lost)).toBeNull();
    expect(yield* on(peer.lost)).toBeNull();
    yield* on(server[Symbol.asyncDispose]());
  });
});

describe("a client with buffers of its own", () => {
  real("has the system write into them: what arrives is not copied", function* () {
    const text = "0123456789".repeat(1000);
    const hints: number[] = [];
    class Buffered extends BufferedProtocol {
      readonly buffer = Buffer.alloc(3000);
      received = "";
      readonly lost = new Future<unknown>();
      override getBuffer(sizeHint: number) {
        hints.push(sizeHint);
        return this.buffer;
      }
      override bufferUpdated(nbytes: number) {
        this.received += this.buffer.toString("utf8", 0, nbytes);
      }
      override connectionLost(error: unknown) {
        this.lost.setResult(error);
      }
    }
    const peer = new Noting();
    const server = yield* on(createServer(() => peer, "127.0.0.1", 0));
    const [, client] = yield* on(createConnection(() => new Buffered(), "127.0.0.1", server.port));
    while (peer.events.length === 0) yield* on(sleep("1ms"));
    peer.transport.write("first");
    while (client.received !== "first") yield* on(sleep("1ms"));
    hints.length = 0;
    peer.transport.write(text);
    while (client.received.length < text.length + 5) yield* on(sleep("1ms"));
    expect(client.received).toBe(`first${text}`);
    // -1: a buffer for the system. A copy would be asked for with its size.
    expect(new Set(hints)).toEqual(new Set([-1]));
    peer.transport.close();
    expect(yield* on(client.lost)).toBeNull();
    yield* on(server[Symbol.asyncDispose]());
  });

  // The system had a buffer already when the rest went into another one, and the protocol took that for the one that was filled.
  real("is told of the buffer that it gave last, also when it pauses in the middle of a piece", function* () {
    class Buffered extends BufferedProtocol {
      buffer = Buffer.alloc(0);
      received = "";
      transport!: Transport;
      readonly lost = new Future<unknown>();
      override connectionMade(transport: Transport) {
        this.transport = transport;
      }
      override getBuffer() {
        this.buffer = Buffer.alloc(4, "-");
        return this.buffer;
      }
      override bufferUpdated(nbytes: number) {
        this.received += this.buffer.toString("latin1", 0, nbytes);
        if (this.received.length % 8 === 4) this.transport.pauseReading();
      }
      override connectionLost(error: unknown) {
        this.lost.setResult(error);
      }
    }
    const peer = new Noting();
    const server = yield* on(createServer(() => peer, "127.0.0.1", 0));
    const [, client] = yield* on(createConnection(() => new Buffered(), "127.0.0.1", server.port));
    while (peer.events.length === 0) yield* on(sleep("1ms"));
    const text = "0123456789abcdef".repeat(5);
    for (const all of [text, `${text}${text}`]) {
      peer.transport.write(text);
      while (client.received.length < all.length) {
        yield* on(sleep("2ms"));
        client.transport.resumeReading();
      }
      expect(client.received).toBe(all);
    }
    peer.transport.close();
    yield* on(client.lost);
    yield* on(server[Symbol.asyncDispose]());
  });

  real("keeps what arrives before there is a protocol, and the end behind it", function* () {
    const server = yield* on(
      createServer(
        () => {
          const noting = new Noting();
          noting.connectionMade = (transport) => {
            transport.write("at once");
            transport.close();
          };
          return noting;
        },
        "127.0.0.1",
        0,
      ),
    );
    for (let i = 0; i < 10; i++) {
      const [transport, client] = yield* on(createConnection(() => new Noting(), "127.0.0.1", server.port));
      while (!client.events.includes("eof")) yield* on(sleep("1ms"));
      expect(client.events).toEqual(["made", "at once", "eof"]);
      transport.close();
      yield* on(client.lost);
    }
    yield* on(server[Symbol.asyncDispose]());
  });

  real("keeps what arrived before its protocol until that reads", function* ({ loop }) {
    const peer = new Noting();
    peer.connectionMade = (transport) => {
      transport.write("early");
      transport.close();
    };
    const server = yield* on(createServer(() => peer, "127.0.0.1", 0));
    const trying = { stagger: null, allErrors: false, direct: true };
    const socket = yield* on(new Connecting(loop, [{ host: "127.0.0.1", port: server.port }], trying));
    yield* on(sleep("10ms"));
    const client = new Noting();
    const transport = new SocketTransport(loop, socket, client);
    transport.pauseReading();
    transport.begin();
    yield* on(sleep("10ms"));
    expect(client.events).toEqual(["made"]);
    transport.resumeReading();
    while (!client.events.includes("eof")) yield* on(sleep("1ms"));
    expect(client.events).toEqual(["made", "early", "eof"]);
    transport.close();
    yield* on(client.lost);
    yield* on(server[Symbol.asyncDispose]());
  });
});

describe("a transport", () => {
  real("hands nothing on while reading is paused, and all of it afterwards", function* () {
    const all = yield* pair();
    const { peer, transport } = all;
    peer.transport.pauseReading();
    expect(peer.transport.isReading()).toBe(false);
    peer.transport.pauseReading();
    transport.write("one");
    yield* on(sleep("20ms"));
    expect(peer.events).toEqual(["made"]);
    peer.transport.resumeReading();
    expect(peer.transport.isReading()).toBe(true);
    while (peer.events.length < 2) yield* on(sleep("1ms"));
    expect(peer.events).toEqual(["made", "one"]);
    yield* end(all);
    expect(peer.transport.isReading()).toBe(false);
  });

  real("pauses the writing protocol above the high-water mark, and resumes it at the low one", function* () {
    const all = yield* pair();
    const { client, peer, transport } = all;
    expect(transport.getWriteBufferLimits()).toEqual([16 * 1024, 64 * 1024]);
    transport.setWriteBufferLimits({ high: 1000, low: 100 });
    expect(transport.getWriteBufferLimits()).toEqual([100, 1000]);
    peer.transport.pauseReading();
    while (!client.events.includes("pause")) {
      transport.write(Buffer.alloc(1 << 20));
      yield* on(sleep(0));
    }
    expect(transport.getWriteBufferSize()).toBeGreaterThan(1000);
    expect(client.events).toEqual(["made", "pause"]);
    peer.transport.resumeReading();
    while (!client.events.includes("resume")) yield* on(sleep("1ms"));
    expect(transport.getWriteBufferSize()).toBeLessThanOrEqual(100);
    yield* end(all);
  });

  // It was found out at the end of the connection, which nobody was told of then: waitClosed() waited for ever.
  real("takes nothing for its protocol that is none", function* ({ takeReports }) {
    const all = yield* pair();
    const none = null as never;
    const refusal = new TypeError("a protocol was expected, got null");
    expect(outcome(() => all.transport.setProtocol(none))).toEqual(refusal);
    yield* end(all);
    const bad = yield* on(createServer(() => none, "127.0.0.1", 0));
    expect(yield* failure(createConnection(() => none, "127.0.0.1", bad.port))).toEqual(refusal);
    const [reader, writer] = yield* on(openConnection("127.0.0.1", bad.port));
    expect((yield* on(reader.read())).length).toBe(0);
    expect(takeReports().join()).toContain("a protocol was expected, got null");
    writer.close();
    yield* on(bad[Symbol.asyncDispose]());
  });

  // A text of 1,000 characters that take two bytes each counted as 1,000, and one of Chinese as a third of what it is.
  real("counts what it holds in bytes, whatever it was written as", function* () {
    const all = yield* pair();
    const { peer, transport } = all;
    peer.transport.pauseReading();
    while (transport.getWriteBufferSize() === 0) {
      transport.write(Buffer.alloc(1 << 20));
      yield* on(sleep(0));
    }
    const before = transport.getWriteBufferSize();
    transport.write("é".repeat(1000));
    expect(transport.getWriteBufferSize() - before).toBe(2000);
    transport.writelines(["日本", Buffer.from("x"), "é"]);
    expect(transport.getWriteBufferSize() - before).toBe(2009);
    transport.abort();
    yield* end(all);
  });

  real("knows its addresses when it is gone, too", function* () {
    const all = yield* pair();
    const { client, peer, transport } = all;
    const own = transport.getExtraInfo("sockname");
    expect(own).toEqual(peer.transport.getExtraInfo("peername"));
    transport.abort();
    peer.transport.abort();
    yield* on(client.lost);
    yield* on(peer.lost);
    expect(transport.getExtraInfo("sockname")).toEqual(own);
    expect(peer.transport.getExtraInfo("sockname")).toEqual(transport.getExtraInfo("peername"));
    yield* end(all);
  });

  real("closed sends what was written; aborted it does not", function* () {
    const size = 32 << 20;
    const closed = yield* pair();
    let received = 0;
    closed.peer.dataReceived = (data) => {
      received += data.length;
    };
    closed.transport.write(Buffer.alloc(size));
    closed.transport.close();
    expect(closed.transport.getWriteBufferSize()).toBeGreaterThan(0);
    yield* on(closed.client.lost);
    while (received < size) yield* on(sleep("1ms"));
    yield* end(closed);

    const aborted = yield* pair();
    aborted.peer.transport.pauseReading();
    aborted.transport.write(Buffer.alloc(size));
    aborted.transport.abort();
    expect(yield* on(aborted.client.lost)).toBeNull();
    yield* end(aborted);
  });

  real("writes nothing after writeEof, and drops what is written when it is closed", function* ({ takeLog }) {
    const all = yield* pair();
    const { transport } = all;
    expect(() => transport.write(5 as never)).toThrow(
      new TypeError("data argument must be a Uint8Array or a string, not 5"),
    );
    expect(() => transport.writelines(["x", null as never])).toThrow(TypeError);
    transport.close();
    for (let i = 0; i < 10; i++) transport.write("x");
    const log = takeLog();
    expect(log.length).toBe(1);
    while (all.peer.events.length < 2) yield* on(sleep("1ms"));
    expect(log[0]).toContain("is written to again and again: look at isClosing(), or await drain()");
    yield* end(all);
    expect(all.peer.events).toEqual(["made", "eof", "lost null"]);

    const half = yield* pair();
    half.transport.writeEof();
    half.transport.writeEof();
    expect(() => half.transport.write("x")).toThrow(new RuntimeError("Cannot call write() after writeEof()"));
    yield* end(half);
  });

  real("loses a connection once, whatever happens at the same time", function* () {
    const all = yield* pair();
    const { peer, client, transport } = all;
    transport.write("x");
    transport.close();
    transport.close();
    transport.abort();
    peer.transport.write("y");
    peer.transport.abort();
    peer.transport.close();
    yield* on(client.lost);
    yield* on(peer.lost);
    yield* on(sleep("10ms"));
    for (const { events } of [client, peer]) expect(events.filter((each) => each.startsWith("lost")).length).toBe(1);
    yield* on(all.server[Symbol.asyncDispose]());
  });

  real("tells the protocol what the connection was lost with", function* () {
    const all = yield* pair();
    (all.peer.transport as SocketTransport).socket.resetAndDestroy();
    expect(codeOf(yield* on(all.client.lost))).toBe("ECONNRESET");
    yield* on(all.peer.lost);
    yield* on(all.server[Symbol.asyncDispose]());
  });

  real("checks its limits", function* () {
    const all = yield* pair();
    const { transport } = all;
    transport.setWriteBufferLimits({ low: 10 });
    expect(transport.getWriteBufferLimits()).toEqual([10, 40]);
    transport.setWriteBufferLimits({ high: 0 });
    expect(transport.getWriteBufferLimits()).toEqual([0, 0]);
    expect(() => transport.setWriteBufferLimits({ high: 5, low: 10 })).toThrow(
      new ValueError("high (5) must be >= low (10) must be >= 0"),
    );
    yield* end(all);
    expect(String(transport)).toMatch(/^<SocketTransport closed peer=127\.0\.0\.1:\d+>$/);
  });
});

test("a transport of another kind says what it has not", () => {
  expect(new BaseTransport().getExtraInfo("peername", "none")).toBe("none");
  for (const [transport, method] of [
    [new BaseTransport(), "close"],
    [new ReadTransport(), "pauseReading"],
    [new WriteTransport(), "write"],
    [new Transport(), "resumeReading"],
    [new DatagramTransport(), "sendto"],
  ] as const) {
    const call = (transport as unknown as Record<string, () => void>)[method] as () => void;
    expect(() => call.call(transport)).toThrow(new Error(`this transport has no ${method}()`));
  }
});
