// Between readers and writers and the streams of Node and the web.
import { once } from "node:events";
import { PassThrough, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip, gunzipSync, gzipSync } from "node:zlib";
import { RuntimeError } from "@tsyncio/contract";
import { Future, fromPromise } from "@tsyncio/futures";
import {
  fromReadable,
  fromWritable,
  openConnection,
  type StreamReader,
  type StreamWriter,
  startServer,
  toReadable,
  toReadableStream,
  toWritable,
  toWritableStream,
} from "@tsyncio/streams";
import { failure, on, type Script } from "@tsyncio/test-support";
import { sleep } from "@tsyncio/timeouts";
import { describe, expect, test } from "vitest";
import { codeOf, real } from "./support.ts";

function* lines(reader: StreamReader<string>): Script<string[]> {
  const all: string[] = [];
  for (;;) {
    const line = yield* on(reader.readline());
    if (line === "") return all;
    all.push(line);
  }
}

describe("fromReadable", () => {
  real("reads a stream of Node", function* () {
    const reader = fromReadable(Readable.from([Buffer.from("one\ntw"), Buffer.from("o\n")]), { encoding: "utf8" });
    expect(yield* lines(reader)).toEqual(["one\n", "two\n"]);
  });

  real("reads a stream of the web", function* () {
    const body = new Response("one\ntwo\n").body as ReadableStream<Uint8Array>;
    expect(yield* lines(fromReadable(body as never, { encoding: "utf8" }))).toEqual(["one\n", "two\n"]);
  });

  real("throws what the stream fails with", function* () {
    const source = new PassThrough();
    const reader = fromReadable(source);
    source.destroy(new Error("broken"));
    let caught: unknown;
    try {
      yield* on(reader.read());
    } catch (error) {
      caught = error;
    }
    expect(caught).toEqual(new Error("broken"));
  });

  real("throws when the stream was cut off, so that half of it does not look like all", function* () {
    const source = new PassThrough();
    const reader = fromReadable(source);
    source.write("half");
    yield* on(sleep("5ms"));
    source.destroy();
    expect(codeOf(yield* failure(reader.read()))).toBe("ERR_STREAM_PREMATURE_CLOSE");
  });

  real("knows of an end that had come before it", function* () {
    const read = Readable.from(["all of it"]);
    yield* on(fromPromise(read.toArray()));
    expect((yield* on(fromReadable(read).read())).length).toBe(0);

    const failed = new PassThrough().on("error", () => {});
    failed.destroy(new Error("broken"));
    const destroyed = new PassThrough();
    destroyed.destroy();
    yield* on(sleep("5ms"));
    expect(yield* failure(fromReadable(failed).read())).toEqual(new Error("broken"));
    expect(codeOf(yield* failure(fromReadable(destroyed).read()))).toBe("ERR_STREAM_PREMATURE_CLOSE");

    const writer = fromWritable(destroyed);
    expect(writer.isClosing()).toBe(true);
    yield* on(writer.waitClosed());
  });

  real("stops the stream while too much is unread", function* () {
    let given = 0;
    const source = new Readable({
      read() {
        given += 1000;
        this.push(Buffer.alloc(1000));
      },
    });
    const reader = fromReadable(source, { limit: 10_000 });
    yield* on(sleep("10ms"));
    expect(given).toBeLessThan(200_000);
    expect((yield* on(reader.readexactly(300_000))).length).toBe(300_000);
    source.destroy();
    expect(reader.exception()).toBeNull();
  });

  test("wants a stream", () => {
    expect(() => fromReadable({} as never)).toThrow(
      new TypeError("a readable stream was expected by fromReadable(), got an object"),
    );
    expect(() => fromWritable(null as never)).toThrow(TypeError);
    expect(() => toReadable({} as never)).toThrow("a StreamReader was expected by toReadable(), got an object");
    expect(() => toWritable({} as never)).toThrow("a StreamWriter was expected by toWritable(), got an object");
  });
});

describe("fromWritable", () => {
  real("writes to a stream of Node, and waits for it", function* () {
    const target = new PassThrough({ highWaterMark: 1000 });
    const writer = fromWritable(target);
    writer.transport.setWriteBufferLimits({ high: 1000 });
    writer.write("x".repeat(5000));
    const collected: Buffer[] = [];
    setTimeout(() => target.on("data", (data: Buffer) => collected.push(data)), 5);
    expect(collected).toEqual([]);
    yield* on(writer.drain());
    expect(collected.length).toBeGreaterThan(0);
    writer.close();
    yield* on(writer.waitClosed());
    expect(Buffer.concat(collected).length).toBe(5000);
  });

  real("closes a stream that others have ended, and drops what is written after that", function* () {
    const target = new PassThrough();
    target.end("the end");
    yield* on(fromPromise(once(target, "finish")));
    const writer = fromWritable(target);
    writer.close();
    writer.close();
    // As asyncio's pipes do, and sockets do too once they are closed.
    writer.write("dropped");
    yield* on(writer.waitClosed());
  });

  real("writes to a stream of the web", function* () {
    const written: Uint8Array[] = [];
    const target = new WritableStream<Uint8Array>({ write: (chunk) => void written.push(chunk) });
    const writer = fromWritable(target as never);
    writer.write("hello");
    writer.close();
    yield* on(writer.waitClosed());
    expect(Buffer.concat(written).toString()).toBe("hello");
  });
});

describe("a connection", () => {
  real("goes through the streams of any library, both ways", function* ({ fn }) {
    // The server gunzips what it gets, and sends it back gzipped.
    const handler = fn(function* (reader: StreamReader, writer: StreamWriter) {
      yield* on(fromPromise(pipeline(toReadable(reader), createGunzip(), createGzip(), toWritable(writer))));
    });
    const server = yield* on(startServer(handler, "127.0.0.1", 0));
    const [reader, writer] = yield* on(openConnection("127.0.0.1", server.port));
    const text = "to be compressed ".repeat(50_000);
    writer.write(gzipSync(text));
    writer.writeEof();
    expect(gunzipSync(yield* on(reader.read())).toString()).toBe(text);
    writer.close();
    yield* on(writer.waitClosed());
    yield* on(server[Symbol.asyncDispose]());
  });

  real("goes through the streams of the web, both ways", function* ({ fn }) {
    const handler = fn(function* (reader: StreamReader, writer: StreamWriter) {
      const upper = new TransformStream<Uint8Array, Uint8Array>({
        transform: (chunk, controller) => controller.enqueue(Buffer.from(Buffer.from(chunk).toString().toUpperCase())),
      });
      const piped = toReadableStream(reader)
        .pipeThrough(upper as never)
        .pipeTo(toWritableStream(writer));
      yield* on(fromPromise(piped));
    });
    const server = yield* on(startServer(handler, "127.0.0.1", 0));
    const [reader, writer] = yield* on(openConnection("127.0.0.1", server.port));
    writer.write("hello");
    writer.writeEof();
    expect(String(yield* on(reader.read()))).toBe("HELLO");
    writer.close();
    yield* on(writer.waitClosed());
    yield* on(server[Symbol.asyncDispose]());
  });

  real(
    "is aborted when its stream is destroyed with an error, and read no more when its reader's is",
    function* ({ fn, loop, takeLog }) {
      loop.setDebug(true);
      const ended = new Future<number>();
      const handler = fn(function* (reader: StreamReader) {
        ended.setResult((yield* on(reader.read())).length);
      });
      const server = yield* on(startServer(handler, "127.0.0.1", 0));
      const [reader, writer] = yield* on(openConnection("127.0.0.1", server.port));
      const readable = toReadable(reader);
      readable.resume();
      yield* on(sleep("5ms"));
      readable.destroy();
      expect(readable.errored).toBeNull();
      toWritable(writer)
        .on("error", () => {})
        .destroy(new Error("no more"));
      expect(yield* on(ended)).toBe(0);
      // The task that read has not swallowed its cancellation.
      expect(takeLog()).toEqual([]);
      yield* on(writer.waitClosed());
      yield* on(server[Symbol.asyncDispose]());
    },
  );

  real("whose sending side has ended, or that is closed, fails a stream that writes to it", function* ({ fn }) {
    const handler = fn(function* (reader: StreamReader) {
      yield* on(reader.read());
    });
    const server = yield* on(startServer(handler, "127.0.0.1", 0));
    const [, writer] = yield* on(openConnection("127.0.0.1", server.port));
    writer.writeEof();
    expect(yield* failure(fromPromise(pipeline(Readable.from(["x"]), toWritable(writer))))).toEqual(
      new RuntimeError("Cannot call write() after writeEof()"),
    );
    writer.close();
    yield* on(writer.waitClosed());
    const [, other] = yield* on(openConnection("127.0.0.1", server.port));
    other.close();
    yield* on(other.waitClosed());
    expect(codeOf(yield* failure(fromPromise(pipeline(Readable.from(["x"]), toWritable(other)))))).toBe("ECONNRESET");
    yield* on(server[Symbol.asyncDispose]());
  });

  real("can be iterated by Readable.from, line by line", function* () {
    const reader = fromReadable(Readable.from(["a\nb\n"]), { encoding: "utf8" });
    const all = yield* on(fromPromise(Readable.from(reader).toArray()));
    expect(all).toEqual(["a", "b"]);
  });
});
