// What goes wrong on a fake network, and that it does so again with the same seed.
import { TimeoutError, ValueError } from "@tsyncio/contract";
import type { StreamReader, StreamWriter } from "@tsyncio/streams";
import { FakeNetwork, type FaultOptions, streamPair } from "@tsyncio/streams/testing";
import { gather } from "@tsyncio/tasks";
import { on, type Script } from "@tsyncio/test-support";
import { timeout } from "@tsyncio/timeouts";
import { describe, expect, test } from "vitest";
import { both, codeOf } from "./support.ts";

describe("a stream pair", () => {
  both("is two ends of one connection", function* () {
    const [[reader, writer], [otherReader, otherWriter]] = streamPair({ encoding: "utf8" });
    writer.write("ping\n");
    expect(yield* on(otherReader.readline())).toBe("ping\n");
    otherWriter.write("pong\n");
    expect(yield* on(reader.readline())).toBe("pong\n");
    writer.close();
    expect(yield* on(otherReader.read())).toBe("");
    otherWriter.close();
    yield* on(gather([writer.waitClosed(), otherWriter.waitClosed()]));
  });

  both("takes the time that it is told to", function* ({ loop }) {
    const [[, writer], [reader, otherWriter]] = streamPair({ latency: "100ms" });
    writer.write("late");
    expect(String(yield* on(reader.read(10)))).toBe("late");
    expect(loop.time()).toBeCloseTo(0.1, 5);
    writer.close();
    otherWriter.close();
    yield* on(gather([writer.waitClosed(), otherWriter.waitClosed()]));
    yield* on(reader.read());
  });

  both("is reset after so many bytes", function* () {
    const [[reader, writer], [otherReader, otherWriter]] = streamPair({ resetAfter: 5, latency: "1ms" });
    writer.write("hello world");
    const outcomes = yield* on(
      gather([otherReader.readexactly(11), reader.read(), writer.waitClosed(), otherWriter.waitClosed()], {
        returnExceptions: true,
      }),
    );
    expect(outcomes.map(codeOf)).toEqual(Array(4).fill("ECONNRESET"));
  });
});

describe("a fake network", () => {
  /** Who got what, in which order, when ten clients send a line each. */
  function* tenClients(
    options: FaultOptions,
    fn: <A extends unknown[]>(script: (...args: A) => Script<void>) => (...args: A) => PromiseLike<void>,
  ): Script<string[]> {
    const network = new FakeNetwork(options);
    const seen: string[] = [];
    const handler = fn(function* (reader: StreamReader, writer: StreamWriter) {
      try {
        for (;;) {
          const data: Buffer = yield* on(reader.read(100));
          if (data.length === 0) return;
          seen.push(String(data));
          writer.write(data);
        }
      } catch (error) {
        seen.push(String(codeOf(error)));
      }
    });
    const server = yield* on(network.startServer(handler as never, "localhost", 0));
    const one = fn(function* (i: number) {
      const [reader, writer] = yield* on(network.openConnection("localhost", server.port));
      writer.write(`client ${i}`);
      writer.writeEof();
      try {
        yield* on(reader.read());
      } catch (error) {
        seen.push(`${i}: ${codeOf(error)}`);
      }
      writer.close();
    });
    yield* on(gather(Array.from({ length: 10 }, (_, i) => () => one(i))));
    yield* on(server[Symbol.asyncDispose]());
    return seen;
  }

  both("does the same again with the same seed, and something else with another", function* ({ fn }) {
    const options: FaultOptions = { seed: 3, latency: ["1ms", "1s"], partialReads: true, resetProbability: 0.05 };
    const once = yield* tenClients(options, fn as never);
    const again = yield* tenClients(options, fn as never);
    const other = yield* tenClients({ ...options, seed: 4 }, fn as never);
    expect(again).toEqual(once);
    expect(other).not.toEqual(once);
    expect(once.join()).toContain("ECONNRESET");
  });

  both("has connections overtake each other, and never the bytes of one", function* ({ fn }) {
    const seen = yield* tenClients({ latency: ["1ms", "1s"] }, fn as never);
    expect(seen).not.toEqual([...seen].sort());
    expect([...seen].sort()).toEqual(Array.from({ length: 10 }, (_, i) => `client ${i}`));
    const pieces = yield* tenClients({ latency: ["1ms", "1s"], partialReads: true }, fn as never);
    expect(pieces.length).toBeGreaterThan(10);
    expect(pieces.join("").length).toBe("client 0".length * 10);
  });

  both("may have nobody answer", function* ({ loop }) {
    const network = new FakeNetwork();
    network.silence(80);
    let caught: unknown;
    try {
      yield* on(timeout("5s", () => network.openConnection("example.org", 80)));
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(TimeoutError);
    expect(loop.time()).toBe(5);
  });

  both("keeps to the most connections that a server wants", function* ({ fn }) {
    const network = new FakeNetwork();
    const handler = fn(function* (reader: StreamReader) {
      yield* on(reader.read());
    });
    const server = yield* on(network.startServer(handler, "localhost", 80, { maxConnections: 1 }));
    const [, writer] = yield* on(network.openConnection("localhost", 80));
    const [reader, other] = yield* on(network.openConnection("localhost", 80));
    expect((yield* on(reader.read())).length).toBe(0);
    other.close();
    writer.close();
    yield* on(server[Symbol.asyncDispose]());
    yield* on(gather([writer.waitClosed(), other.waitClosed()]));
  });

  test("checks what it is told", () => {
    expect(() => new FakeNetwork({ seed: 1.5 })).toThrow(new ValueError("seed must be a whole number, got 1.5"));
    expect(() => new FakeNetwork({ latency: ["2s", "1s"] })).toThrow(ValueError);
    expect(() => new FakeNetwork({ resetProbability: 2 })).toThrow(ValueError);
    expect(() => new FakeNetwork({ capacity: -1 })).toThrow(ValueError);
  });
});
