// Pipes, files sent, sockets that others accepted, and names.
import { spawn } from "node:child_process";
import { mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { connect, createServer as createNetServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { SendfileNotAvailableError, ValueError } from "@tsyncio/contract";
import { Future, fromPromise } from "@tsyncio/futures";
import {
  BaseProtocol,
  connectAcceptedSocket,
  connectReadPipe,
  connectWritePipe,
  getaddrinfo,
  getnameinfo,
  openConnection,
  Protocol,
  type StreamReader,
  type StreamWriter,
  sendfile,
  startServer,
} from "@tsyncio/streams";
import { createTask, gather } from "@tsyncio/tasks";
import { on, type Script } from "@tsyncio/test-support";
import { sleep } from "@tsyncio/timeouts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { codeOf, real } from "./support.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tsyncio-pipes-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

class Noting extends Protocol {
  received = "";
  readonly events: string[] = [];
  readonly lost = new Future<unknown>();
  override dataReceived(data: Buffer) {
    this.received += data;
  }
  override eofReceived() {
    this.events.push("eof");
  }
  override connectionLost(error: unknown) {
    this.lost.setResult(error);
  }
}

class Writing extends BaseProtocol {
  readonly events: string[] = [];
  readonly lost = new Future<unknown>();
  override pauseWriting() {
    this.events.push("pause");
  }
  override resumeWriting() {
    this.events.push("resume");
  }
  override connectionLost(error: unknown) {
    this.lost.setResult(error);
  }
}

describe("a pipe", () => {
  real("carries bytes to a child process and back", function* () {
    const child = spawn("cat", { stdio: ["pipe", "pipe", "inherit"] });
    const [output, reading] = yield* on(connectReadPipe(() => new Noting(), child.stdout));
    const [input, writing] = yield* on(connectWritePipe(() => new Writing(), child.stdin));
    expect(input.getExtraInfo("pipe")).toBe(child.stdin);
    input.write("one ");
    input.writelines(["two ", "three"]);
    expect(output.isReading()).toBe(true);
    input.writeEof();
    expect(yield* on(writing.lost)).toBeNull();
    expect(yield* on(reading.lost)).toBeNull();
    expect(reading.received).toBe("one two three");
    expect(reading.events).toEqual(["eof"]);
    expect([String(input), String(output)]).toEqual(["<WritePipeTransport closed>", "<ReadPipeTransport closed>"]);
  });

  real("pauses reading and writing", function* () {
    const stream = new PassThrough({ highWaterMark: 1024 });
    const [output, reading] = yield* on(connectReadPipe(() => new Noting(), stream));
    const [input, writing] = yield* on(connectWritePipe(() => new Writing(), stream));
    input.setWriteBufferLimits({ high: 4096 });
    expect(input.getWriteBufferLimits()).toEqual([1024, 4096]);
    output.pauseReading();
    for (let i = 0; i < 10; i++) input.write("x".repeat(1000));
    yield* on(sleep("5ms"));
    expect(writing.events).toEqual(["pause"]);
    expect(input.getWriteBufferSize()).toBeGreaterThan(4096);
    output.resumeReading();
    while (reading.received.length < 10_000) yield* on(sleep("1ms"));
    expect(writing.events).toEqual(["pause", "resume"]);
    output.close();
    yield* on(reading.lost);
    yield* on(writing.lost);
  });

  real("whose other end is gone tells the writer", function* () {
    const child = spawn("true", { stdio: ["pipe", "ignore", "inherit"] });
    const [input, writing] = yield* on(connectWritePipe(() => new Writing(), child.stdin));
    while (!writing.lost.done()) {
      input.write("is anyone there?");
      yield* on(sleep("1ms"));
    }
    expect([null, "EPIPE", "ECONNRESET"]).toContain(
      (yield* on(writing.lost)) === null ? null : codeOf(writing.lost.result()),
    );
  });

  real("is known by its descriptor, if it is one", function* () {
    const file = join(folder, "file");
    writeFileSync(file, "no pipe");
    let caught: unknown;
    try {
      yield* on(connectReadPipe(() => new Noting(), openSync(file, "r")));
    } catch (error) {
      caught = error;
    }
    expect(caught).toEqual(new ValueError("Pipe transport is for pipes/sockets only."));
    expect(() => connectReadPipe(() => new Noting(), "stdin" as never)).toThrow(TypeError);
  });
});

describe("sendfile", () => {
  function* collect(): Script<{ all: Future<string>; handler: (reader: StreamReader) => Script<void> }> {
    const all = new Future<string>();
    function* handler(reader: StreamReader): Script<void> {
      all.setResult(String(yield* on(reader.read())));
    }
    return { all, handler };
  }

  real("sends a file, or a part of it", function* ({ fn }) {
    const path = join(folder, "big");
    const text = "0123456789".repeat(100_000);
    writeFileSync(path, text);
    const { all, handler } = yield* collect();
    const server = yield* on(startServer(fn(handler), "127.0.0.1", 0));
    const [, writer] = yield* on(openConnection("127.0.0.1", server.port));
    const file = yield* on(fromPromise(open(path)));
    writer.write("head ");
    expect(yield* on(sendfile(writer.transport, file, 5, 10))).toBe(10);
    expect(yield* on(sendfile(writer.transport, file))).toBe(text.length);
    expect(yield* on(sendfile(writer.transport, file, text.length))).toBe(0);
    writer.write(" tail");
    writer.close();
    expect(yield* on(all)).toBe(`head 5678901234${text} tail`);
    yield* on(fromPromise(file.close()));
    yield* on(server[Symbol.asyncDispose]());
  });

  real("keeps others from writing in between, and can be cancelled", function* ({ fn }) {
    const path = join(folder, "bigger");
    writeFileSync(path, Buffer.alloc(20 << 20));
    let reading: StreamReader | null = null;
    const handler = fn(function* (reader: StreamReader, writer: StreamWriter) {
      reading = reader;
      yield* on(writer.waitClosed());
    });
    const server = yield* on(startServer(handler, "127.0.0.1", 0));
    const [, writer] = yield* on(openConnection("127.0.0.1", server.port));
    const file = yield* on(fromPromise(open(path)));
    const sending = createTask(sendfile(writer.transport, file));
    yield* on(sleep("50ms"));
    expect(reading).not.toBeNull();
    expect(() => writer.write("x")).toThrow("unable to write; sendfile is in progress");
    sending.cancel();
    yield* on(gather([sending], { returnExceptions: true }));
    expect(sending.cancelled()).toBe(true);
    writer.write("possible again");
    writer.transport.abort();
    yield* on(fromPromise(file.close()));
    server.abortClients();
    yield* on(server[Symbol.asyncDispose]());
  });

  real("throws when its last bytes are lost, and sends one file at a time", function* () {
    const path = join(folder, "last");
    writeFileSync(path, Buffer.alloc(1000));
    const accepted = new Future<Socket>();
    const native = createNetServer({ pauseOnConnect: true }, (socket) => accepted.setResult(socket));
    native.listen(0, "127.0.0.1");
    while (!native.listening) yield* on(sleep("1ms"));
    const [, writer] = yield* on(openConnection("127.0.0.1", (native.address() as { port: number }).port));
    const peer = yield* on(accepted);
    const file = yield* on(fromPromise(open(path)));
    // More than the systems hold: the file waits behind it.
    writer.write(Buffer.alloc(16 << 20));
    const sending = createTask(sendfile(writer.transport, file));
    yield* on(sleep("20ms"));
    const [second] = yield* on(gather([sendfile(writer.transport, file)], { returnExceptions: true }));
    expect(String(second)).toBe("RuntimeError: unable to sendfile; sendfile is in progress");
    peer.resetAndDestroy();
    const [outcome] = yield* on(gather([sending], { returnExceptions: true }));
    expect(["ECONNRESET", "EPIPE"]).toContain(codeOf(outcome));
    yield* on(fromPromise(file.close()));
    native.close();
  });

  real("says what it can't do", function* ({ fn }) {
    const { all, handler } = yield* collect();
    const server = yield* on(startServer(fn(handler), "127.0.0.1", 0));
    const [, { transport }] = yield* on(openConnection("127.0.0.1", server.port));
    const file = yield* on(fromPromise(open(join(folder, "file"), "w+")));
    expect(() => sendfile(transport, file, -1)).toThrow("offset must be a non-negative integer (got -1)");
    expect(() => sendfile(transport, file, 0, 0)).toThrow("count must be a positive integer (got 0)");
    expect(() => sendfile(transport, file, 0, null, { fallback: false })).toThrow(SendfileNotAvailableError);
    expect(() => sendfile({} as never, file)).toThrow("sendfile is not supported for transport");
    expect(() => sendfile(transport, "file" as never)).toThrow(TypeError);
    transport.close();
    yield* on(all);
    yield* on(fromPromise(file.close()));
    yield* on(server[Symbol.asyncDispose]());
  });
});

describe("connectAcceptedSocket", () => {
  real("joins a socket that a server of the host accepted", function* () {
    const accepted = new Future<Socket>();
    const native = createNetServer((socket) => accepted.setResult(socket)).listen(0, "127.0.0.1");
    while (!native.listening) yield* on(sleep("1ms"));
    const { port } = native.address() as { port: number };
    const [, writer] = yield* on(openConnection("127.0.0.1", port));
    const [transport, protocol] = yield* on(connectAcceptedSocket(() => new Noting(), yield* on(accepted)));
    expect(transport.getExtraInfo("peername")).toEqual(writer.getExtraInfo("sockname"));
    writer.write("hello");
    writer.close();
    expect(yield* on(protocol.lost)).toBeNull();
    expect(protocol.received).toBe("hello");
    native.close();
  });

  real("refuses a socket that is destroyed already", function* () {
    const accepted = new Future<Socket>();
    const native = createNetServer((socket) => accepted.setResult(socket)).listen(0, "127.0.0.1");
    while (!native.listening) yield* on(sleep("1ms"));
    const peer = connect((native.address() as { port: number }).port, "127.0.0.1");
    const socket = yield* on(accepted);
    socket.destroy();
    yield* on(sleep("5ms"));
    let caught: unknown;
    try {
      yield* on(connectAcceptedSocket(() => new Noting(), socket));
    } catch (error) {
      caught = error;
    }
    expect(codeOf(caught)).toBe("ECONNRESET");
    peer.destroy();
    native.close();
  });

  test("wants a socket", () => {
    expect(() => connectAcceptedSocket(() => new Noting(), {} as never)).toThrow(ValueError);
  });
});

describe("names", () => {
  real("become addresses, and addresses names", function* () {
    expect(yield* on(getaddrinfo("127.0.0.1", 80))).toEqual([[4, "stream", "tcp", "", ["127.0.0.1", 80]]]);
    expect(yield* on(getaddrinfo("::1", "53", { type: "datagram" }))).toEqual([
      [6, "datagram", "udp", "", ["::1", 53, 0, 0]],
    ]);
    const local = yield* on(getaddrinfo("localhost", null, { family: 4 }));
    expect(local).toEqual([[4, "stream", "tcp", "", ["127.0.0.1", 0]]]);
    const [host, service] = yield* on(getnameinfo(["127.0.0.1", 22]));
    expect([typeof host, service]).toEqual(["string", "ssh"]);
  });

  real("have the family that was asked for, or are none", function* () {
    for (const [host, family] of [
      ["127.0.0.1", 6],
      ["::1", 4],
      ["", 0],
    ] as const) {
      let caught: unknown;
      try {
        yield* on(openConnection(host, 80, { family }));
      } catch (error) {
        caught = error;
      }
      expect(codeOf(caught)).toBe("ENOTFOUND");
    }
  });

  real("that are not known are told by the system", function* () {
    let caught: unknown;
    try {
      yield* on(openConnection("no-such-host.invalid", 80));
    } catch (error) {
      caught = error;
    }
    expect(["ENOTFOUND", "EAI_AGAIN"]).toContain(codeOf(caught));
  });
});
