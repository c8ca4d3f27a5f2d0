// Which address is connected to, from where, and what is told when none can be.
import { once } from "node:events";
import { connect as connectNet, createServer as createNetServer, Socket } from "node:net";
import { ExceptionGroup, ValueError } from "@tsyncio/contract";
import { fromPromise } from "@tsyncio/futures";
import { openConnection, type StreamReader, type StreamWriter, startServer } from "@tsyncio/streams";
import { coroutine, createTask, gather } from "@tsyncio/tasks";
import { failure, on, type Script } from "@tsyncio/test-support";
import { describe, expect, test } from "vitest";
import { taken } from "../dist/connect.js";
import { Connecting, type Trying } from "../dist/connecting.js";
import { codeOf, real, unanswering } from "./support.ts";

const inTurn: Trying = { stagger: null, allErrors: false, direct: false };
const at = (port: number) => ({ host: "127.0.0.1", port });

/** A port where nobody listens. */
function* closedPort(): Script<number> {
  const server = yield* on(startServer(() => {}, "127.0.0.1", 0));
  const { port } = server;
  yield* on(server[Symbol.asyncDispose]());
  return port;
}

describe("several addresses", () => {
  real("are tried one after the other, until one answers", function* ({ loop }) {
    const closed = yield* closedPort();
    const server = yield* on(startServer(() => {}, "127.0.0.1", 0));
    const socket = yield* on(new Connecting(loop, [at(closed), at(server.port)], inTurn));
    expect(socket.remotePort).toBe(server.port);
    socket.destroy();
    server.closeClients();
    yield* on(server[Symbol.asyncDispose]());
  });

  real("are tried side by side when one does not answer in time; the others are given up", function* ({ loop }) {
    const busy = yield* on(fromPromise(unanswering()));
    const server = yield* on(startServer(() => {}, "127.0.0.1", 0));
    const start = loop.time();
    const candidates = [at(busy.port), at(busy.port), at(server.port)];
    const socket = yield* on(new Connecting(loop, candidates, { ...inTurn, stagger: 0.05 }));
    expect(socket.remotePort).toBe(server.port);
    expect(loop.time() - start).toBeGreaterThan(0.09);
    socket.destroy();
    busy.end();
    server.closeClients();
    yield* on(server[Symbol.asyncDispose]());
  });

  real("that all fail are told of: the failure, all of them in one text, or as a group", function* ({ loop }) {
    const [first, second] = [yield* closedPort(), yield* closedPort()];
    const one = yield* failure(new Connecting(loop, [at(first)], inTurn));
    expect(codeOf(one)).toBe("ECONNREFUSED");
    const same = yield* failure(new Connecting(loop, [at(first), at(first)], inTurn));
    expect(String(same)).toBe(String(one));
    const several = (yield* failure(new Connecting(loop, [at(first), at(second)], inTurn))) as Error;
    expect(codeOf(several)).toBe("ECONNREFUSED");
    expect(several.message).toBe(
      `Multiple exceptions: connect ECONNREFUSED 127.0.0.1:${first}, connect ECONNREFUSED 127.0.0.1:${second}`,
    );
    const group = yield* failure(new Connecting(loop, [at(first), at(second)], { ...inTurn, allErrors: true }));
    expect(group).toBeInstanceOf(ExceptionGroup);
    expect((group as ExceptionGroup).errors.map(codeOf)).toEqual(["ECONNREFUSED", "ECONNREFUSED"]);
  });

  real("are no longer tried when that is cancelled", function* ({ loop }) {
    const busy = yield* on(fromPromise(unanswering()));
    const connecting = new Connecting(loop, [at(busy.port), at(busy.port)], { ...inTurn, stagger: 0.01 });
    expect(connecting.cancel()).toBe(true);
    expect(connecting.cancel()).toBe(false);
    busy.end();
  });
});

describe("a cancellation", () => {
  real("that comes between the connection and who waits for it leaves no socket", function* ({ fn, loop }) {
    const server = yield* on(startServer(() => {}, "127.0.0.1", 0));
    const attempt = new Connecting(loop, [at(server.port)], inTurn);
    attempt.addDoneCallback(() => task.cancel());
    const task = createTask(
      fn(function* () {
        yield* on(coroutine(() => taken(attempt))());
      }),
    );
    yield* on(gather([task], { returnExceptions: true }));
    expect([task.cancelled(), attempt.result().destroyed]).toEqual([true, true]);
    server.closeClients();
    yield* on(server[Symbol.asyncDispose]());
  });
});

describe("openConnection", () => {
  real("connects from the address that it is told to", function* () {
    const server = yield* on(startServer((_, writer) => writer.close(), "127.0.0.1", 0));
    const [, writer] = yield* on(openConnection("127.0.0.1", server.port, { localAddr: ["127.0.0.2", 0] }));
    expect((writer.getExtraInfo("sockname") as [string, number])[0]).toBe("127.0.0.2");
    writer.close();
    yield* on(server[Symbol.asyncDispose]());
  });

  real("takes a connected socket over, and closes it", function* ({ fn }) {
    const handler = fn(function* (reader: StreamReader, writer: StreamWriter) {
      writer.write(yield* on(reader.readline()));
    });
    const server = yield* on(startServer(handler, "127.0.0.1", 0));
    const socket: Socket = connectNet({ port: server.port, host: "127.0.0.1", allowHalfOpen: true });
    yield* on(fromPromise(once(socket, "connect")));
    const [reader, writer] = yield* on(openConnection(null, null, { sock: socket, keepAlive: true }));
    expect(writer.getExtraInfo("socket")).toBe(socket);
    writer.write("by hand\n");
    expect(String(yield* on(reader.read()))).toBe("by hand\n");
    writer.close();
    yield* on(writer.waitClosed());
    expect(socket.destroyed).toBe(true);
    yield* on(server[Symbol.asyncDispose]());
  });

  real("takes a socket whose peer has ended its side over, and tells of that end", function* () {
    const native = createNetServer({ allowHalfOpen: true }, (socket) => socket.on("error", () => {}).end("bye"));
    native.listen(0, "127.0.0.1");
    yield* on(fromPromise(once(native, "listening")));
    const { port } = native.address() as { port: number };
    const socket: Socket = connectNet({ port, host: "127.0.0.1", allowHalfOpen: true });
    socket.resume();
    yield* on(fromPromise(once(socket, "end")));
    const [reader, writer] = yield* on(openConnection(null, null, { sock: socket }));
    expect((yield* on(reader.read())).length).toBe(0);
    writer.transport.abort();
    yield* on(writer.waitClosed());
    expect(codeOf(yield* failure(openConnection(null, null, { sock: socket })))).toBe("ECONNRESET");
    native.close();
  });

  real("wants a socket that is one, and connected", function* () {
    expect(yield* failure(openConnection(null, null, { sock: {} as Socket }))).toEqual(
      new ValueError("A Stream Socket was expected, got an object"),
    );
    expect(yield* failure(openConnection(null, null, { sock: new Socket() }))).toEqual(
      new ValueError('sock must be connected: wait for its event "connect"'),
    );
  });

  real("wants either a host and port, or a socket", function* () {
    expect(yield* failure(openConnection())).toEqual(
      new ValueError("host and port was not specified and no sock specified"),
    );
    expect(yield* failure(openConnection("localhost", 1, { sock: {} as Socket }))).toEqual(
      new ValueError("host/port and sock can not be specified at the same time"),
    );
    expect(yield* failure(openConnection("127.0.0.1", 1, { family: 5 as never }))).toBeInstanceOf(ValueError);
  });

  test("is a coroutine: nothing happens before it is awaited", () => {
    const connecting = openConnection("127.0.0.1", 1);
    connecting.close();
    expect(String(connecting)).toBe("<Coroutine openConnection>");
  });
});
