// What goes wrong with real sockets: no unhandled error, no leaked socket, and servers that go on.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer as createNetServer } from "node:net";
import { Future, fromPromise } from "@tsyncio/futures";
import { openConnection, type StreamReader, type StreamWriter, startServer } from "@tsyncio/streams";
import { createTask, gather } from "@tsyncio/tasks";
import { failure, on, startProgram } from "@tsyncio/test-support";
import { sleep, timeout } from "@tsyncio/timeouts";
import { describe, expect } from "vitest";
import { codeOf, real, unanswering } from "./support.ts";

describe("a peer", () => {
  real("that resets the connection in the middle of a message is heard of by both sides", function* ({ fn }) {
    const errors: unknown[] = [];
    const handler = fn(function* (reader: StreamReader) {
      errors.push(yield* failure(reader.readexactly(100)));
    });
    const server = yield* on(startServer(handler, "127.0.0.1", 0));
    const peer = connect(server.port, "127.0.0.1");
    peer.write("half of a mess");
    yield* on(sleep("20ms"));
    peer.resetAndDestroy();
    while (errors.length === 0) yield* on(sleep("1ms"));
    expect(codeOf(errors[0])).toBe("ECONNRESET");
    yield* on(server[Symbol.asyncDispose]());
  });

  real("that is half open still gets what is sent to it", function* () {
    const received = new Future<string>();
    const native = createNetServer({ allowHalfOpen: true }, (socket) => {
      // It ends its side at once, and goes on to read.
      socket.end("that is all");
      let all = "";
      socket.on("data", (data) => {
        all += data;
      });
      socket.on("end", () => received.setResult(all));
    }).listen(0, "127.0.0.1");
    yield* on(fromPromise(once(native, "listening")));
    const { port } = native.address() as { port: number };
    const [reader, writer] = yield* on(openConnection("127.0.0.1", port));
    expect(String(yield* on(reader.read()))).toBe("that is all");
    expect([reader.atEof(), writer.isClosing()]).toEqual([true, false]);
    writer.write("and here is more");
    yield* on(writer.drain());
    writer.close();
    expect(yield* on(received)).toBe("and here is more");
    yield* on(writer.waitClosed());
    native.close();
  });

  real("that is gone is noticed by who writes", function* ({ fn }) {
    const handler = fn(function* (_: StreamReader, writer: StreamWriter) {
      for (;;) {
        writer.write("is anyone there?");
        yield* on(writer.drain());
        yield* on(sleep("1ms"));
      }
    });
    const outcome = new Future<unknown>();
    const server = yield* on(
      startServer(
        (reader, writer) => {
          const task = createTask(() => handler(reader, writer));
          task.addDoneCallback(() => outcome.setResult(task.exception()));
        },
        "127.0.0.1",
        0,
      ),
    );
    const peer = connect(server.port, "127.0.0.1");
    yield* on(sleep("20ms"));
    peer.destroy();
    expect(["EPIPE", "ECONNRESET"]).toContain(codeOf(yield* on(outcome)));
    yield* on(server[Symbol.asyncDispose]());
  });

  real("that sends a byte at a time is read all the same", function* () {
    const native = createNetServer((socket) => {
      const bytes = [...Buffer.from("slöwly\nbut surely\n")];
      const timer = setInterval(() => {
        const next = bytes.shift();
        if (next !== undefined) socket.write(Uint8Array.of(next));
        else {
          clearInterval(timer);
          socket.end();
        }
      }, 1);
      socket.setNoDelay();
    }).listen(0, "127.0.0.1");
    yield* on(fromPromise(once(native, "listening")));
    const { port } = native.address() as { port: number };
    const [reader, writer] = yield* on(openConnection("127.0.0.1", port, { encoding: "utf8" }));
    expect(yield* on(reader.readline())).toBe("slöwly\n");
    expect(yield* on(reader.read(3))).not.toBe("");
    expect((yield* on(reader.read())).endsWith("surely\n")).toBe(true);
    writer.close();
    yield* on(writer.waitClosed());
    native.close();
  });

  real("that never answers is given up by a timeout, without a socket", function* () {
    const busy = yield* on(fromPromise(unanswering()));
    const error = yield* failure(timeout("50ms", () => openConnection("127.0.0.1", busy.port)));
    expect(String(error)).toContain("TimeoutError");
    busy.end();
  });
});

describe("several connections", () => {
  // All had the same buffer as their next one: what the first left unread became what another received.
  real("keep what they received apart, however late it is read", function* () {
    const native = createNetServer((socket) => {
      socket.once("data", (name) => socket.end(Buffer.alloc(60_000, name)));
    }).listen(0, "127.0.0.1");
    yield* on(fromPromise(once(native, "listening")));
    const { port } = native.address() as { port: number };
    const open: { name: string; reader: StreamReader; writer: StreamWriter }[] = [];
    for (const name of "ABCDEF") {
      const [reader, writer] = yield* on(openConnection("127.0.0.1", port));
      open.push({ name, reader, writer });
    }
    for (const { name, writer } of open) writer.write(name);
    yield* on(sleep("100ms"));
    for (const { name, reader, writer } of open) {
      expect(String(yield* on(reader.read())) === name.repeat(60_000)).toBe(true);
      writer.close();
      yield* on(writer.waitClosed());
    }
    native.close();
  });
});

describe("what drain has acknowledged", () => {
  real("arrives whole, though the request was never read", function* ({ fn }) {
    const size = 4 << 20;
    const handler = fn(function* (_: StreamReader, writer: StreamWriter) {
      yield* on(sleep("20ms"));
      for (let sent = 0; sent < size; sent += 1 << 16) {
        writer.write(Buffer.alloc(1 << 16));
        yield* on(writer.drain());
      }
    });
    const server = yield* on(startServer(handler, "127.0.0.1", 0));
    const [reader, writer] = yield* on(openConnection("127.0.0.1", server.port));
    writer.write(Buffer.alloc(200_000, "a request that nobody wants to read "));
    yield* on(sleep("50ms"));
    expect((yield* on(reader.read())).length).toBe(size);
    writer.close();
    yield* on(writer.waitClosed());
    yield* on(server[Symbol.asyncDispose]());
  });
});

describe("a server", () => {
  real(
    "whose process is killed under a thousand clients leaves each of them an end, and no socket",
    function* ({ fn }) {
      const program = startProgram(
        import.meta.dirname,
        `
      import { startServer } from "@tsyncio/streams";
      let connections = 0;
      const server = await startServer(async (reader) => {
        if (++connections === 1000) process.stdout.write("all here");
        await reader.read();
      }, "127.0.0.1", 0, { backlog: 1000 });
      process.stdout.write("port " + server.sockets[0].getsockname()[1] + ".");
      `,
      );
      let said = "";
      program.process.stdout?.on("data", (data) => {
        said += data;
      });
      yield* on(fromPromise(program.printed(".")));
      const port = Number(/port (\d+)/.exec(said)?.[1]);
      const one = fn(function* () {
        const [reader, writer] = yield* on(openConnection("127.0.0.1", port));
        writer.write("here");
        try {
          return (yield* on(reader.read())).length;
        } catch (error) {
          return codeOf(error);
        } finally {
          writer.close();
          yield* on(gather([writer.waitClosed()], { returnExceptions: true }));
        }
      });
      const clients = Array.from({ length: 1000 }, () => createTask(() => one()));
      yield* on(fromPromise(program.printed("all here")));
      program.process.kill("SIGKILL");
      const ends = new Set(yield* on(gather(clients)));
      for (const end of ends) expect([0, "ECONNRESET"]).toContain(end);
      yield* on(fromPromise(program.ended));
    },
  );

  real("that runs out of descriptors goes on when there are some again", function* () {
    const source = `
      const { startServer } = await import("@tsyncio/streams");
      const server = await startServer(async (reader, writer) => {
        for await (const line of reader) writer.write(line);
      }, "127.0.0.1", 0);
      console.log(server.sockets[0].getsockname()[1]);
    `;
    const args = ["-c", 'ulimit -n 40; exec "$0" --input-type=module --eval "$1"', process.execPath, source];
    const child = spawn("sh", args, { cwd: import.meta.dirname, stdio: ["ignore", "pipe", "inherit"] });
    const [data] = yield* on(fromPromise(once(child.stdout, "data")));
    const port = Number(data);
    const crowd = Array.from({ length: 80 }, () => connect(port, "127.0.0.1").on("error", () => {}));
    yield* on(sleep("200ms"));
    for (const each of crowd) each.destroy();
    let answer = "";
    for (let tries = 0; answer === "" && tries < 50; tries++) {
      yield* on(sleep("20ms"));
      try {
        const [reader, writer] = yield* on(openConnection("127.0.0.1", port));
        writer.write("still there?\n");
        answer = String(yield* on(timeout("1s", () => reader.readline())));
        writer.close();
        yield* on(writer.waitClosed());
      } catch (error) {
        expect(["ECONNRESET", "ECONNREFUSED", "EPIPE", undefined]).toContain(codeOf(error));
      }
    }
    expect(answer).toBe("still there?\n");
    expect(child.exitCode).toBeNull();
    child.kill();
    yield* on(fromPromise(once(child, "exit")));
  });
});
