// Endpoints for datagrams.
import { createSocket } from "node:dgram";
import { ValueError } from "@tsyncio/contract";
import { Future, fromPromise } from "@tsyncio/futures";
import { type Address, createDatagramEndpoint, DatagramProtocol, type DatagramTransport } from "@tsyncio/streams";
import { on } from "@tsyncio/test-support";
import { sleep } from "@tsyncio/timeouts";
import { describe, expect, test } from "vitest";
import { codeOf, real } from "./support.ts";

/** Notes what it is told, and answers if it is asked to. */
class Noting extends DatagramProtocol {
  readonly received: string[] = [];
  readonly errors: unknown[] = [];
  readonly events: string[] = [];
  readonly lost = new Future<unknown>();
  transport!: DatagramTransport;

  override connectionMade(transport: DatagramTransport) {
    this.transport = transport;
  }
  override datagramReceived(data: Buffer, address: Address) {
    this.received.push(String(data));
    if (String(data) === "ping") this.transport.sendto("pong", address);
  }
  override errorReceived(error: unknown) {
    this.errors.push(error);
  }
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

describe("an endpoint", () => {
  real("receives datagrams and answers them; one with a remote address talks to that alone", function* () {
    const [serving, server] = yield* on(createDatagramEndpoint(() => new Noting(), ["127.0.0.1", 0]));
    const address = serving.getExtraInfo("sockname") as [string, number];
    expect(address[0]).toBe("127.0.0.1");
    const [transport, client] = yield* on(createDatagramEndpoint(() => new Noting(), null, address));
    expect(transport.getExtraInfo("peername")).toEqual(address);
    transport.sendto("ping");
    transport.sendto(Buffer.from("ping"), address);
    while (client.received.length < 2) yield* on(sleep("1ms"));
    expect([server.received, client.received]).toEqual([
      ["ping", "ping"],
      ["pong", "pong"],
    ]);
    expect(() => transport.sendto("x", ["127.0.0.1", 1])).toThrow(
      new ValueError(`Invalid address: must be null or 127.0.0.1:${address[1]}`),
    );
    expect(() => serving.sendto("x")).toThrow(ValueError);
    expect(() => serving.sendto(5 as never, address)).toThrow(TypeError);
    for (const each of [serving, transport]) each.close();
    expect(yield* on(server.lost)).toBeNull();
    expect(yield* on(client.lost)).toBeNull();
    expect(transport.isClosing()).toBe(true);
  });

  real("is told that nobody listens at its remote address, and goes on", function* () {
    const [free] = yield* on(createDatagramEndpoint(() => new Noting(), ["127.0.0.1", 0]));
    const address = free.getExtraInfo("sockname") as [string, number];
    free.abort();
    yield* on((free.getProtocol() as Noting).lost);
    const [transport, client] = yield* on(createDatagramEndpoint(() => new Noting(), null, address));
    while (client.errors.length === 0) {
      transport.sendto("anyone?");
      yield* on(sleep("1ms"));
    }
    expect(codeOf(client.errors[0])).toBe("ECONNREFUSED");
    expect(transport.isClosing()).toBe(false);
    transport.close();
    yield* on(client.lost);
  });

  real("sends what was written before it closes, and pauses its protocol when that is much", function* () {
    const [serving, server] = yield* on(createDatagramEndpoint(() => new Noting(), ["127.0.0.1", 0]));
    const address = serving.getExtraInfo("sockname") as [string, number];
    const [transport, client] = yield* on(createDatagramEndpoint(() => new Noting(), null, address));
    transport.setWriteBufferLimits({ high: 100 });
    expect(transport.getWriteBufferLimits()).toEqual([25, 100]);
    for (let i = 0; i < 10; i++) transport.sendto(`number ${i}, and more to it`);
    expect(transport.getWriteBufferSize()).toBeGreaterThan(100);
    transport.close();
    yield* on(client.lost);
    while (server.received.length < 10) yield* on(sleep("1ms"));
    expect(client.events).toEqual(["pause", "resume"]);
    serving.close();
    yield* on(server.lost);
  });

  real("that may broadcast sends to its remote address all the same", function* () {
    const [serving, server] = yield* on(createDatagramEndpoint(() => new Noting(), ["127.0.0.1", 0]));
    const address = serving.getExtraInfo("sockname") as [string, number];
    const options = { allowBroadcast: true };
    const [transport, client] = yield* on(createDatagramEndpoint(() => new Noting(), null, address, options));
    transport.sendto("ping");
    transport.sendto("ping", address);
    while (client.received.length < 2) yield* on(sleep("1ms"));
    for (const each of [serving, transport]) each.close();
    yield* on(server.lost);
    yield* on(client.lost);
  });

  real("takes a connected socket over, and knows whom it talks to", function* () {
    const [serving, server] = yield* on(createDatagramEndpoint(() => new Noting(), ["127.0.0.1", 0]));
    const address = serving.getExtraInfo("sockname") as [string, number];
    const socket = createSocket("udp4");
    yield* on(fromPromise(new Promise<void>((resolve) => socket.connect(address[1], address[0], resolve))));
    const [transport, client] = yield* on(createDatagramEndpoint(() => new Noting(), null, null, { sock: socket }));
    expect(transport.getExtraInfo("peername")).toEqual(address);
    transport.sendto("ping");
    while (client.received.length < 1) yield* on(sleep("1ms"));
    for (const each of [serving, transport]) each.close();
    yield* on(server.lost);
    yield* on(client.lost);
  });

  real("refuses an address that is none, and closes all the same", function* () {
    const [transport, protocol] = yield* on(createDatagramEndpoint(() => new Noting(), ["127.0.0.1", 0]));
    for (const address of [["127.0.0.1", 70_000], ["127.0.0.1", 0], ["127.0.0.1"], [5, 5]]) {
      expect(() => transport.sendto("x", address as never)).toThrow();
    }
    expect(transport.getWriteBufferSize()).toBe(0);
    transport.close();
    yield* on(protocol.lost);
  });

  real("at a port in use is not made", function* () {
    const [transport, protocol] = yield* on(createDatagramEndpoint(() => new Noting(), ["127.0.0.1", 0]));
    const address = transport.getExtraInfo("sockname") as [string, number];
    let caught: unknown;
    try {
      yield* on(createDatagramEndpoint(() => new Noting(), address));
    } catch (error) {
      caught = error;
    }
    expect(codeOf(caught)).toBe("EADDRINUSE");
    transport.close();
    yield* on(protocol.lost);
  });

  real("whose protocol throws is reported, and closed", function* ({ takeReports }) {
    class Failing extends Noting {
      override datagramReceived() {
        throw new Error("no good");
      }
    }
    const [transport, protocol] = yield* on(createDatagramEndpoint(() => new Failing(), ["127.0.0.1", 0]));
    transport.sendto("x", transport.getExtraInfo("sockname") as Address);
    yield* on(protocol.lost);
    expect(takeReports()).toEqual(["Fatal error: protocol.datagramReceived() call failed.: Error: no good"]);
  });

  test("needs an address or a family", () => {
    expect(() => createDatagramEndpoint(() => new Noting())).toThrow(new ValueError("unexpected address family"));
    expect(() => createDatagramEndpoint(() => new Noting(), "localhost" as never)).toThrow(
      new TypeError('localAddr must be [host, port] or null, got "localhost"'),
    );
    expect(() => createDatagramEndpoint(null as never, ["localhost", 0])).toThrow(TypeError);
  });
});
