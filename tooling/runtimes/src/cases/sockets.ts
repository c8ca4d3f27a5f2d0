// Streams over the sockets of each host.
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { Future } from "@tsyncio/futures";
import {
  type Address,
  createDatagramEndpoint,
  DatagramProtocol,
  type DatagramTransport,
  openConnection,
  type StreamReader,
  type StreamWriter,
  startServer,
} from "@tsyncio/streams";
import { createTask } from "@tsyncio/tasks";
import { sleep } from "@tsyncio/timeouts";
import { both, type Kinds } from "../both.js";
import type { Case } from "../case.js";
import { runWell } from "../running.js";

/** A certificate for localhost that is its own authority, good for a hundred years, and its key: for tests alone. */
const cert = `-----BEGIN CERTIFICATE-----
MIIBnDCCAUGgAwIBAgIUJApvmZM7S7qNdyiL6yItuPpm/WYwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTA2MDQzMVoYDzIxMjYxMDI4
MDYwNDMxWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQq7bULQ58zIyBmjv8+A2aEyjLMzKHPFwXUWHW913TtRkougaV38+3s
3Nbah7qkCgE+gSpjrd9/dFzeXHThlEU+o28wbTAdBgNVHQ4EFgQUriA+YJOtQ9vt
P0iPOTheOoifp1kwHwYDVR0jBBgwFoAUriA+YJOtQ9vtP0iPOTheOoifp1kwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSQAwRgIhAOcepHq3oVwWJdGIEOTu1blZLwmE3l4G45u17kvKavG2AiEA
zk/d/uwU7Rt4Z/IZtBH+jntRQWOH82X/a/Mv6/QJ1Bo=
-----END CERTIFICATE-----
`;
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgsGkySYPF9BuRGmlT
I3PlhmedUMo4WyV7Mey8Hg/knquhRANCAAQq7bULQ58zIyBmjv8+A2aEyjLMzKHP
FwXUWHW913TtRkougaV38+3s3Nbah7qkCgE+gSpjrd9/dFzeXHThlEU+
-----END PRIVATE KEY-----
`;

/** Sends every line back. */
const echo: Kinds<[StreamReader, StreamWriter], void> = {
  *generator(reader, writer) {
    for (;;) {
      const line = yield* reader.readline();
      if (line.length === 0) return;
      writer.write(line);
      yield* writer.drain();
    }
  },
  async async(reader, writer) {
    for await (const line of reader) {
      writer.write(line);
      await writer.drain();
    }
  },
};

export const cases: readonly Case[] = [
  ...both("lines go there and back, and a half close is told to the other side", echo, (handler) =>
    runWell(async () => {
      await using server = await startServer(handler, "127.0.0.1", 0);
      const [reader, writer] = await openConnection("127.0.0.1", server.port, { encoding: "utf8" });
      for (const line of ["one\n", `${"x".repeat(50_000)}\n`]) {
        writer.write(line);
        await writer.drain();
        equal(await reader.readline(), line);
      }
      writer.write("the last");
      writer.writeEof();
      equal(await reader.read(), "the last");
      writer.close();
      await writer.waitClosed();
    }),
  ),
  ...both("over TLS too, whose certificate is verified", echo, (handler) =>
    runWell(async () => {
      await using server = await startServer(handler, "127.0.0.1", 0, { ssl: { cert, key } });
      const name = { serverHostname: "localhost" };
      await rejects(Promise.resolve(openConnection("127.0.0.1", server.port, { ssl: true, ...name })));
      const [reader, writer] = await openConnection("127.0.0.1", server.port, { ssl: { ca: cert }, ...name });
      writer.write("a secret\n");
      equal(String(await reader.readline()), "a secret\n");
      writer.close();
      await writer.waitClosed();
    }),
  ),
  {
    name: "a cancelled read has taken nothing",
    run: () =>
      runWell(async () => {
        await using server = await startServer(echo.async, "127.0.0.1", 0);
        const [reader, writer] = await openConnection("127.0.0.1", server.port);
        const reading = createTask(() => reader.readline());
        writer.write("half a ");
        await sleep("20ms");
        reading.cancel();
        await rejects(Promise.resolve(reading), { name: "CancelledError" });
        writer.write("line\n");
        equal(String(await reader.readline()), "half a line\n");
        writer.close();
        await writer.waitClosed();
      }),
  },
  {
    name: "a writer waits for a reader that does not read, and no byte is lost",
    run: () =>
      runWell(async () => {
        const size = 16 << 20;
        const accepted = new Future<StreamReader>();
        const server = await startServer((reader) => accepted.setResult(reader), "127.0.0.1", 0);
        const [, writer] = await openConnection("127.0.0.1", server.port);
        const writing = createTask(async () => {
          for (let sent = 0; sent < size; sent += 1 << 16) {
            writer.write(new Uint8Array(1 << 16));
            await writer.drain();
          }
          writer.writeEof();
        });
        const reader = await accepted;
        await sleep("100ms");
        ok(!writing.done());
        let received = 0;
        for (;;) {
          const data = await reader.read(1 << 20);
          if (data.length === 0) break;
          received += data.length;
        }
        equal(received, size);
        await writing;
        writer.close();
        server.closeClients();
        await server[Symbol.asyncDispose]();
      }),
  },
  {
    name: "a connection that nobody answers is refused",
    run: () =>
      runWell(async () => {
        const server = await startServer(() => {}, "127.0.0.1", 0);
        const { port } = server;
        await server[Symbol.asyncDispose]();
        await rejects(Promise.resolve(openConnection("127.0.0.1", port)), { code: "ECONNREFUSED" });
      }),
  },
  {
    name: "datagrams are sent and answered",
    run: () =>
      runWell(async () => {
        class Noting extends DatagramProtocol {
          readonly received: string[] = [];
          transport?: DatagramTransport;
          override connectionMade(transport: DatagramTransport) {
            this.transport = transport;
          }
          override datagramReceived(data: Buffer, address: Address) {
            this.received.push(String(data));
            if (String(data) === "ping") this.transport?.sendto("pong", address);
          }
        }
        const [serving, server] = await createDatagramEndpoint(() => new Noting(), ["127.0.0.1", 0]);
        const address = serving.getExtraInfo("sockname") as [string, number];
        const [transport, client] = await createDatagramEndpoint(() => new Noting(), null, address);
        transport.sendto("ping");
        for (let i = 0; i < 100 && client.received.length === 0; i++) await sleep("5ms");
        deepEqual([server.received, client.received], [["ping"], ["pong"]]);
        serving.close();
        transport.close();
        await sleep("10ms");
      }),
  },
];
