// TLS: who is trusted, what is refused, and connections that become TLS ones on the way.
import { readFileSync } from "node:fs";
import { createServer as createNetServer, type Server as NetServer } from "node:net";
import { join } from "node:path";
import tls from "node:tls";
import { TimeoutError } from "@tsyncio/contract";
import { fromPromise } from "@tsyncio/futures";
import { openConnection, type StreamReader, type StreamWriter, startServer, startTls } from "@tsyncio/streams";
import { createTask, gather } from "@tsyncio/tasks";
import { failure, on, type Script } from "@tsyncio/test-support";
import { sleep } from "@tsyncio/timeouts";
import { describe, expect, test } from "vitest";
import { codeOf, real } from "./support.ts";

const folder = join(import.meta.dirname, "certificates");
/** A certificate for localhost and 127.0.0.1 that is its own authority. */
const cert = readFileSync(join(folder, "localhost.crt"));
const server = { cert, key: readFileSync(join(folder, "localhost.key")) };
const client = { ca: cert };

function* echo(reader: StreamReader, writer: StreamWriter): Script<void> {
  for (;;) {
    const line: Buffer = yield* on(reader.readline());
    if (line.length === 0) return;
    writer.write(line);
    yield* on(writer.drain());
  }
}

describe("TLS", () => {
  real("carries streams, and tells of the certificate and the cipher", function* ({ fn }) {
    const serving = yield* on(startServer(fn(echo), "localhost", 0, { ssl: server }));
    for (const host of ["localhost", "127.0.0.1"]) {
      const [reader, writer] = yield* on(openConnection(host, serving.port, { ssl: client }));
      writer.write("hello\n");
      expect(String(yield* on(reader.readline()))).toBe("hello\n");
      expect(writer.getExtraInfo("peercert")?.subject.CN).toBe("localhost");
      expect(writer.getExtraInfo("cipher")).toEqual(["TLS_AES_256_GCM_SHA384", "TLSv1.3", 256]);
      expect(writer.getExtraInfo("sslcontext")).toBe(client);
      expect(writer.canWriteEof()).toBe(false);
      expect(() => writer.writeEof()).toThrow("a TLS connection can't be closed on one side only");
      const big = `${"x".repeat(60_000)}\n`;
      writer.write(big);
      expect(String(yield* on(reader.readline()))).toBe(big);
      writer.close();
      yield* on(writer.waitClosed());
      expect([writer.getExtraInfo("cipher"), writer.getExtraInfo("peercert")]).toEqual([null, null]);
    }
    yield* on(serving[Symbol.asyncDispose]());
  });

  real("refuses a certificate that nobody vouches for, and one for another name", function* ({ fn }) {
    const serving = yield* on(startServer(fn(echo), "127.0.0.1", 0, { ssl: server }));
    const port = serving.port;
    const refusals: unknown[] = [];
    for (const options of [
      { ssl: true as const, serverHostname: "localhost" },
      { ssl: client, serverHostname: "example.org" },
      { ssl: client, serverHostname: "127.0.0.2" },
      { ssl: { ...client, maxVersion: "TLSv1.1" as const, minVersion: "TLSv1.1" as const } },
    ]) {
      refusals.push(codeOf(yield* failure(openConnection("127.0.0.1", port, options))));
    }
    expect(refusals).toEqual([
      "DEPTH_ZERO_SELF_SIGNED_CERT",
      "ERR_TLS_CERT_ALTNAME_INVALID",
      "ERR_TLS_CERT_ALTNAME_INVALID",
      expect.stringMatching(/^(ERR_SSL_|ECONNRESET)/),
    ]);
    // Not for any name, if that is said; the authority still counts.
    const [reader, writer] = yield* on(openConnection("127.0.0.1", port, { ssl: client, serverHostname: "" }));
    writer.write("served on\n");
    expect(String(yield* on(reader.readline()))).toBe("served on\n");
    writer.close();
    yield* on(writer.waitClosed());
    yield* on(serving[Symbol.asyncDispose]());
  });

  real("is 1.2 at least on either side, whatever the host would accept", function* ({ fn }) {
    const { DEFAULT_MIN_VERSION } = tls;
    // What a host does that is started with --tls-min-v1.0. The old versions need ciphers that are no longer offered, too.
    tls.DEFAULT_MIN_VERSION = "TLSv1";
    const old = { maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
    const weak = { minVersion: "TLSv1", ciphers: old.ciphers } as const;
    const outcomes: unknown[] = [];
    try {
      for (const asked of [{ ciphers: old.ciphers }, weak]) {
        const serving = yield* on(startServer(fn(echo), "127.0.0.1", 0, { ssl: { ...server, ...asked } }));
        const peer = tls.connect({ port: serving.port, host: "127.0.0.1", ca: cert, ...old });
        outcomes.push(yield* on(fromPromise(secured(peer))));
        peer.destroy();
        serving.closeClients();
        yield* on(serving[Symbol.asyncDispose]());

        const native = tls.createServer({ ...server, ...old }, (socket) => socket.on("error", () => {}).resume());
        native.on("tlsClientError", () => {});
        yield* on(fromPromise(new Promise<void>((resolve) => native.listen(0, "127.0.0.1", resolve))));
        const { port } = native.address() as { port: number };
        const opening = openConnection("127.0.0.1", port, { ssl: { ...client, ...asked } });
        const [opened] = yield* on(gather([opening], { returnExceptions: true }));
        outcomes.push(!(opened instanceof Error));
        if (!(opened instanceof Error)) opened[1].transport.abort();
        native.close();
      }
    } finally {
      tls.DEFAULT_MIN_VERSION = DEFAULT_MIN_VERSION;
    }
    expect(outcomes).toEqual([false, false, true, true]);
  });

  real("sends what was written before it closes", function* ({ fn }) {
    const size = 4 << 20;
    const received: number[] = [];
    const handler = fn(function* (reader: StreamReader, writer: StreamWriter) {
      received.push((yield* on(reader.read())).length);
      writer.close();
    });
    const serving = yield* on(startServer(handler, "127.0.0.1", 0, { ssl: server }));
    const [, writer] = yield* on(openConnection("localhost", serving.port, { ssl: client }));
    writer.write(Buffer.alloc(size));
    writer.close();
    yield* on(writer.waitClosed());
    yield* on(serving[Symbol.asyncDispose]());
    expect(received).toEqual([size]);
  });

  real("gives up a close that takes too long, since the peer does not read", function* () {
    const sockets: tls.TLSSocket[] = [];
    const native = tls.createServer(server, (socket) => sockets.push(socket.on("error", () => {}).pause()));
    yield* on(fromPromise(new Promise<void>((resolve) => native.listen(0, "127.0.0.1", resolve))));
    const { port } = native.address() as { port: number };
    const options = { ssl: client, sslShutdownTimeout: "50ms" } as const;
    const [, writer] = yield* on(openConnection("localhost", port, options));
    writer.write(Buffer.alloc(32 << 20));
    writer.close();
    expect(yield* failure(writer.waitClosed())).toEqual(new TimeoutError("SSL shutdown timed out"));
    for (const socket of sockets) socket.destroy();
    native.close();
  });

  real("gives up a handshake that takes too long, on either side", function* ({ fn }) {
    const silent = yield* on(fromPromise(listenSilently()));
    const { port } = silent.address() as { port: number };
    const late = yield* failure(openConnection("127.0.0.1", port, { ssl: client, sslHandshakeTimeout: "30ms" }));
    expect(String(late)).toContain("SSL handshake is taking longer than 0.03 seconds: aborting the connection");
    silent.close();

    const serving = yield* on(startServer(fn(echo), "127.0.0.1", 0, { ssl: server, sslHandshakeTimeout: "30ms" }));
    const [reader, writer] = yield* on(openConnection("127.0.0.1", serving.port));
    const [end] = yield* on(gather([reader.read()], { returnExceptions: true }));
    expect(end instanceof Buffer ? end.length : codeOf(end)).toBe(0);
    writer.close();
    yield* on(serving[Symbol.asyncDispose]());
  });

  real("counts a connection that is shaking hands among those of the server, which ends it", function* ({ fn }) {
    for (const end of ["closeClients", "abortClients"] as const) {
      const serving = yield* on(startServer(fn(echo), "127.0.0.1", 0, { ssl: server }));
      const [reader, writer] = yield* on(openConnection("127.0.0.1", serving.port));
      while (serving.connections === 0) yield* on(sleep("1ms"));
      serving.close();
      const waiting = createTask(serving.waitClosed());
      yield* on(sleep("5ms"));
      expect(waiting.done()).toBe(false);
      serving[end]();
      yield* on(waiting);
      expect((yield* on(reader.read())).length).toBe(0);
      writer.close();
      yield* on(writer.waitClosed());
    }
  });

  real("leaves no socket when the handshake is cancelled", function* ({ fn }) {
    const silent = yield* on(fromPromise(listenSilently()));
    const { port } = silent.address() as { port: number };
    const opening = createTask(
      fn(function* () {
        yield* on(openConnection("127.0.0.1", port, { ssl: client }));
      }),
    );
    yield* on(sleep("20ms"));
    opening.cancel();
    yield* on(gather([opening], { returnExceptions: true }));
    expect(opening.cancelled()).toBe(true);
    silent.close();
  });

  test("checks its options at the call", () => {
    expect(() => openConnection("localhost", 1, { ssl: "yes" as never })).toThrow(TypeError);
    expect(() => startServer(() => {}, "localhost", 1, { ssl: "yes" as never })).toThrow(TypeError);
    expect(() => openConnection("localhost", 1, { ssl: true, sslHandshakeTimeout: 0 })).toThrow(
      "sslHandshakeTimeout should be a positive number, got 0",
    );
    expect(() => startServer(() => {}, "localhost", 1, { sslShutdownTimeout: 1 })).toThrow(
      "sslShutdownTimeout is only meaningful with ssl",
    );
  });
});

describe("startTls", () => {
  /** What SMTP does: a word in the clear, then TLS. */
  function* upgrading(reader: StreamReader, writer: StreamWriter): Script<void> {
    const word: Buffer = yield* on(reader.readline());
    writer.write(`ready for ${word}`);
    yield* on(writer.startTls(server));
    yield* echo(reader, writer);
  }

  real("goes on over TLS with the same reader and writer", function* ({ fn }) {
    const serving = yield* on(startServer(fn(upgrading), "127.0.0.1", 0));
    const [reader, writer] = yield* on(openConnection("127.0.0.1", serving.port));
    writer.write("STARTTLS\n");
    expect(String(yield* on(reader.readline()))).toBe("ready for STARTTLS\n");
    expect(writer.getExtraInfo("cipher")).toBeNull();
    const before = writer.transport;
    yield* on(writer.startTls(client, { serverHostname: "localhost" }));
    expect(writer.transport).not.toBe(before);
    expect(before.isClosing()).toBe(true);
    expect(writer.getExtraInfo("cipher")?.[1]).toBe("TLSv1.3");
    writer.write("secret\n");
    expect(String(yield* on(reader.readline()))).toBe("secret\n");
    expect(serving.connections).toBe(1);
    writer.close();
    yield* on(writer.waitClosed());
    yield* on(serving[Symbol.asyncDispose]());
  });

  real("never serves what was sent in the clear before it", function* ({ fn, takeReports }) {
    const lines: string[] = [];
    const handler = fn(function* (reader: StreamReader, writer: StreamWriter) {
      yield* on(reader.readline());
      // What was injected has arrived by now.
      yield* on(sleep("20ms"));
      writer.write("ready\n");
      yield* on(writer.startTls(server));
      lines.push(String(yield* on(reader.readline())));
    });
    const serving = yield* on(startServer(handler, "127.0.0.1", 0));
    const [reader, writer] = yield* on(openConnection("127.0.0.1", serving.port));
    writer.write("STARTTLS\nRCPT TO: the attacker\n");
    yield* on(reader.readline());
    const [outcome] = yield* on(
      gather([writer.startTls(client, { serverHostname: "localhost" })], { returnExceptions: true }),
    );
    expect(outcome).toBeInstanceOf(Error);
    while (serving.connections > 0) yield* on(sleep("1ms"));
    expect(lines).toEqual([]);
    expect(takeReports().join()).toContain("Unhandled exception in client_connected_cb");
    yield* on(serving[Symbol.asyncDispose]());
  });

  real("never hands a client what was sent in the clear before it", function* ({ fn }) {
    const handler = fn(function* (reader: StreamReader, writer: StreamWriter) {
      yield* on(reader.readline());
      writer.write("ready\nan answer that is not the server's\n");
      yield* on(gather([writer.startTls(server)], { returnExceptions: true }));
    });
    const serving = yield* on(startServer(handler, "127.0.0.1", 0));
    for (const pause of [0, "20ms"] as const) {
      const [reader, writer] = yield* on(openConnection("127.0.0.1", serving.port));
      writer.write("STARTTLS\n");
      expect(String(yield* on(reader.readline()))).toBe("ready\n");
      yield* on(sleep(pause));
      const error = yield* failure(writer.startTls(client, { serverHostname: "localhost" }));
      // Where the host is Bun they were dropped without a word.
      expect(String(error)).toMatch(/ConnectionError: 35 bytes came before the TLS handshake|wrong version number/);
      expect(yield* failure(reader.readline())).toBe(error);
    }
    serving.abortClients();
    yield* on(serving[Symbol.asyncDispose]());
  });

  real("takes a handshake that had arrived before it for what it is", function* ({ fn }) {
    const handler = fn(function* (reader: StreamReader, writer: StreamWriter) {
      yield* on(reader.readline());
      writer.write("ready\n");
      // The client does not wait: its hello is in the reader by then.
      yield* on(sleep("20ms"));
      yield* on(writer.startTls(server));
      writer.write(yield* on(reader.readline()));
    });
    const serving = yield* on(startServer(handler, "127.0.0.1", 0));
    const [reader, writer] = yield* on(openConnection("127.0.0.1", serving.port));
    writer.write("STARTTLS\n");
    yield* on(reader.readline());
    yield* on(writer.startTls(client, { serverHostname: "localhost" }));
    writer.write("secret\n");
    expect(String(yield* on(reader.readline()))).toBe("secret\n");
    writer.close();
    yield* on(writer.waitClosed());
    yield* on(serving[Symbol.asyncDispose]());
  });

  real("that fails closes the connection, and tells the reader", function* ({ fn }) {
    const handler = fn(function* (reader: StreamReader) {
      yield* on(reader.read());
    });
    const serving = yield* on(startServer(handler, "127.0.0.1", 0));
    const [reader, writer] = yield* on(openConnection("127.0.0.1", serving.port));
    const error = yield* failure(writer.startTls(client, { serverHostname: "", sslHandshakeTimeout: "30ms" }));
    expect(error).toBeInstanceOf(Error);
    expect(yield* failure(reader.readline())).toBe(error);
    expect(writer.isClosing()).toBe(true);
    yield* on(gather([writer.waitClosed()], { returnExceptions: true }));
    serving.closeClients();
    yield* on(serving[Symbol.asyncDispose]());
  });

  real("that is cancelled closes the connection, and cancels no one else", function* ({ fn }) {
    const silent = yield* on(fromPromise(listenSilently()));
    const { port } = silent.address() as { port: number };
    const [reader, writer] = yield* on(openConnection("127.0.0.1", port));
    const starting = createTask(
      fn(function* () {
        yield* on(writer.startTls(client, { serverHostname: "localhost" }));
      }),
    );
    yield* on(sleep("20ms"));
    starting.cancel();
    yield* on(gather([starting], { returnExceptions: true }));
    expect(starting.cancelled()).toBe(true);
    for (const wait of [() => writer.waitClosed(), () => reader.readline(), () => writer.drain()]) {
      expect(codeOf(yield* failure(wait()))).toBe("ECONNRESET");
    }
    silent.close();
  });

  real("asks a client whom it expects", function* ({ fn }) {
    const serving = yield* on(startServer(fn(echo), "127.0.0.1", 0));
    const [, writer] = yield* on(openConnection("127.0.0.1", serving.port));
    expect(() => writer.startTls(client)).toThrow("startTls() needs serverHostname");
    expect(() => startTls({} as never, writer.transport.getProtocol(), client, { serverHostname: "" })).toThrow(
      "is not supported by startTls()",
    );
    writer.close();
    yield* on(writer.waitClosed());
    yield* on(serving[Symbol.asyncDispose]());
  });
});

/** Whether the handshake of `socket` succeeds. */
function secured(socket: tls.TLSSocket): Promise<boolean> {
  return new Promise((resolve) => {
    socket.once("secureConnect", () => resolve(true));
    socket.on("error", () => resolve(false)).once("close", () => resolve(false));
  });
}

async function listenSilently(): Promise<NetServer> {
  const silent = createNetServer((socket) => socket.on("error", () => {}).resume());
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  return silent;
}
