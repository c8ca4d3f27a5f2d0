import { Readable, Writable } from "node:stream";
import { failureOf } from "@tsyncio/test-support";
import * as t from "tsyncio";
import { describe, expect, it } from "vitest";

const nothing: never = (() => {}) as never;
const none: never = null as never;
/** What takes options and is not called by the million. Types refuse `wrong`, and were all that did: a misspelt option did nothing. */
const calls: Readonly<Record<string, (options: never) => unknown>> = {
  "run()": (options) => t.run(nothing, options),
  "newEventLoop()": (options) => t.newEventLoop(options),
  "StreamReader()": (options) => new t.StreamReader(options),
  "Timeout()": (options) => t.timeout(1, nothing, options),
  "TaskGroup()": (options) => t.taskGroup(nothing, options),
  "gather()": (options) => t.gather([nothing], options),
  "race()": (options) => t.race([nothing] as never, options),
  "wait()": (options) => t.wait([nothing], options),
  "asCompleted()": (options) => t.asCompleted([], options),
  "PriorityQueue()": (options) => new t.PriorityQueue(0, options),
  "openConnection()": (options) => t.openConnection("127.0.0.1", 1, options),
  "startServer()": (options) => t.startServer(nothing, "127.0.0.1", 0, options),
  "openUnixConnection()": (options) => t.openUnixConnection("/nowhere", options),
  "startUnixServer()": (options) => t.startUnixServer(nothing, "/nowhere", options),
  "createConnection()": (options) => t.createConnection(nothing, "127.0.0.1", 1, options),
  "createServer()": (options) => t.createServer(nothing, "127.0.0.1", 0, options),
  "createUnixConnection()": (options) => t.createUnixConnection(nothing, "/nowhere", options),
  "createUnixServer()": (options) => t.createUnixServer(nothing, "/nowhere", options),
  "connectAcceptedSocket()": (options) => t.connectAcceptedSocket(nothing, none, options),
  "createDatagramEndpoint()": (options) => t.createDatagramEndpoint(nothing, null, null, options),
  "startTls()": (options) => t.startTls(none, none, true, options),
  "getaddrinfo()": (options) => t.getaddrinfo(null, 0, options),
  "fromReadable()": (options) => t.fromReadable(Readable.from([]), options),
  "fromWritable()": (options) => t.fromWritable(new Writable(), options),
  "createSubprocessExec()": (options) => t.createSubprocessExec("true", [], options),
  "createSubprocessShell()": (options) => t.createSubprocessShell("true", options),
  "subprocessExec()": (options) => t.subprocessExec(nothing, "true", [], options),
  "subprocessShell()": (options) => t.subprocessShell(nothing, "true", options),
  "subprocess()": (options) => t.subprocess("true", [], nothing, options),
  "runProcess()": (options) => t.runProcess("true", [], options),
  "ThreadPoolExecutor()": (options) => new t.ThreadPoolExecutor(1, options),
  "ProcessPoolExecutor()": (options) => new t.ProcessPoolExecutor(1, options),
  "with()": (options) => new t.ThreadPoolExecutor(1).with(options),
  "shutdown()": (options) => new t.ThreadPoolExecutor(1).shutdown(options),
  "map()": (options) => new t.ThreadPoolExecutor(1).map(nothing, [], options),
};

describe("an option that there is none of is refused, as an unexpected keyword argument is", () => {
  it.each(Object.keys(calls))("by %s", async (who) => {
    const error = await failureOf((async () => await calls[who]?.({ wrong: 1 } as never))());
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).toContain(`TypeError: ${who} got an unexpected option 'wrong'. `);
  });

  it("and the message says which was meant, of all that may be given there", async () => {
    const meant = [
      [{ local_addr: null }, "localAddr"],
      [{ limt: 5 }, "limit"],
      [{ ssl_handshake_timeout: 5 }, "sslHandshakeTimeout"],
    ] as const;
    for (const [options, name] of meant) {
      const error = await failureOf((async () => await calls["openConnection()"]?.(options as never))());
      expect(String(error)).toMatch(new RegExp(`Did you mean '${name}'\\?$`));
    }
  });
});
