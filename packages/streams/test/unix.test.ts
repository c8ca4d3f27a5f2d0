// Streams over Unix sockets.
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createNetServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromPromise } from "@tsyncio/futures";
import { openUnixConnection, type StreamReader, type StreamWriter, startUnixServer } from "@tsyncio/streams";
import { on, type Script } from "@tsyncio/test-support";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { codeOf, real } from "./support.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tsyncio-unix-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function* echo(reader: StreamReader<string>, writer: StreamWriter): Script<void> {
  writer.write(yield* on(reader.readline()));
}

describe("a Unix socket", () => {
  real("carries streams, and is removed when its server closes", function* ({ fn }) {
    const path = join(folder, "a");
    const server = yield* on(startUnixServer(fn(echo), path, { encoding: "utf8" }));
    expect(server.sockets[0]?.getsockname()).toBe(path);
    const [reader, writer] = yield* on(openUnixConnection(path, { encoding: "utf8" }));
    expect(writer.getExtraInfo("peername")).toBe(path);
    writer.write("hello\n");
    expect(yield* on(reader.read())).toBe("hello\n");
    writer.close();
    yield* on(server[Symbol.asyncDispose]());
    expect(existsSync(path)).toBe(false);
  });

  real("that an ended server left behind is taken over", function* ({ fn }) {
    const path = join(folder, "b");
    const left = createNetServer();
    yield* on(fromPromise(new Promise<void>((resolve) => left.listen(path, resolve))));
    const server = yield* on(startUnixServer(fn(echo), path, { encoding: "utf8" }));
    const [reader, writer] = yield* on(openUnixConnection(path, { encoding: "utf8" }));
    writer.write("hello\n");
    expect(yield* on(reader.read())).toBe("hello\n");
    writer.close();
    yield* on(server[Symbol.asyncDispose]());
    left.close();
  });

  real("that another server has taken over stays when the first one closes", function* ({ fn }) {
    const path = join(folder, "d");
    const first = yield* on(startUnixServer(fn(echo), path, { encoding: "utf8" }));
    const second = yield* on(startUnixServer(fn(echo), path, { encoding: "utf8" }));
    yield* on(first[Symbol.asyncDispose]());
    const [reader, writer] = yield* on(openUnixConnection(path, { encoding: "utf8" }));
    writer.write("hello\n");
    expect(yield* on(reader.read())).toBe("hello\n");
    writer.close();
    yield* on(second[Symbol.asyncDispose]());
    expect(readdirSync(folder)).toEqual([]);
  });

  real("that is not there, or no socket, is told by the system", function* ({ fn }) {
    const path = join(folder, "c");
    const attempts = [
      () => openUnixConnection(path),
      () => startUnixServer(fn(echo) as never, join(folder, "no", "folder")),
      () => startUnixServer(fn(echo) as never, path),
    ];
    const codes: unknown[] = [];
    for (const [i, attempt] of attempts.entries()) {
      // The last one finds a file that is no socket.
      if (i === 2) writeFileSync(path, "a file");
      try {
        yield* on(attempt());
      } catch (error) {
        codes.push(codeOf(error));
      }
    }
    rmSync(path);
    expect(codes).toEqual(["ENOENT", expect.stringMatching(/^(EACCES|ENOENT)$/), "EADDRINUSE"]);
  });

  test("needs a path", () => {
    expect(() => openUnixConnection("")).toThrow(new TypeError(`path must be the path of a Unix socket, got ""`));
    expect(() => startUnixServer(() => {}, undefined as never)).toThrow(TypeError);
  });
});
