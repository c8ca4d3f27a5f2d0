// Programs that no one here wrote, on the other end. Where one is not on the machine its tests are skipped.
import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { openConnection, type StreamReader, type StreamWriter, startServer } from "@tsyncio/streams";
import { describe, expect, test } from "vitest";
import { startHttpServer } from "../examples/http-server.ts";
import { startRedisServer } from "../examples/redis-server.ts";

const runFile = promisify(execFile);
const isHere = (program: string) => spawnSync(program, ["--version"], { stdio: "ignore" }).error === undefined;
const folder = join(import.meta.dirname, "certificates");
const [keyFile, certFile] = [join(folder, "localhost.key"), join(folder, "localhost.crt")];
const ssl = { key: readFileSync(keyFile), cert: readFileSync(certFile) };

async function echo(reader: StreamReader, writer: StreamWriter) {
  for await (const line of reader) {
    writer.write(line);
    await writer.drain();
  }
}

/** What `child` prints, until `text` is part of it, or it has ended. */
function printed(child: ChildProcess, text: string): Promise<string> {
  return new Promise((resolve) => {
    let all = "";
    child.stdout?.on("data", (data) => {
      all += data;
      if (all.includes(text)) resolve(all);
    });
    child.stdout?.on("end", () => resolve(all));
  });
}

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = await startServer(() => {}, "127.0.0.1", 0);
  const port = server.port;
  await server[Symbol.asyncDispose]();
  return port;
}

/** Connects as soon as someone listens. */
async function connectSoon(...args: Parameters<typeof openConnection>): Promise<[StreamReader, StreamWriter]> {
  for (let tries = 0; ; tries++) {
    try {
      return (await openConnection(...args)) as [StreamReader, StreamWriter];
    } catch (error) {
      if (tries > 200 || (error as { code?: string }).code !== "ECONNREFUSED") throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

describe.skipIf(!isHere("openssl"))("openssl", () => {
  test("s_client talks to our server, and trusts its certificate", async () => {
    const server = await startServer(echo, "127.0.0.1", 0, { ssl });
    const args = [
      "s_client",
      "-connect",
      `127.0.0.1:${server.port}`,
      "-CAfile",
      certFile,
      "-verify_return_error",
      "-quiet",
    ];
    const client = spawn("openssl", args, { stdio: ["pipe", "pipe", "ignore"] });
    client.stdin.write("hello from openssl\n");
    expect(await printed(client, "\n")).toBe("hello from openssl\n");
    client.kill();
    server.closeClients();
    await server[Symbol.asyncDispose]();
  });

  test("s_server talks to our client, over TLS 1.2 and 1.3", async () => {
    for (const version of ["tls1_2", "tls1_3"]) {
      const port = await freePort();
      const args = [
        "s_server",
        "-accept",
        `127.0.0.1:${port}`,
        "-key",
        keyFile,
        "-cert",
        certFile,
        `-${version}`,
        "-rev",
        "-quiet",
      ];
      const peer = spawn("openssl", args, { stdio: "ignore" });
      const [reader, writer] = await connectSoon("127.0.0.1", port, { ssl: { ca: ssl.cert } });
      writer.write("drawer\n");
      expect(String(await reader.readline())).toBe("reward\n");
      expect(writer.getExtraInfo("cipher")?.[1]).toBe(version === "tls1_2" ? "TLSv1.2" : "TLSv1.3");
      writer.close();
      await writer.waitClosed();
      peer.kill();
    }
  });
});

describe.skipIf(!isHere("curl"))("curl", () => {
  test("gets pages of our HTTP server over one connection", async () => {
    const server = await startHttpServer({ "/": "hello\n", "/two": "a second one\n" }, 0);
    const base = `http://127.0.0.1:${server.port}`;
    const { stdout, stderr } = await runFile("curl", [
      "--silent",
      "--verbose",
      `${base}/`,
      `${base}/two`,
      `${base}/none`,
    ]);
    expect(stdout).toBe("hello\na second one\nnot here\n");
    expect(stderr).toMatch(/re-using existing/i);
    await server[Symbol.asyncDispose]();
  });
});

describe.skipIf(spawnSync("nc", ["-h"]).error !== undefined)("nc", () => {
  test("sends to our server, and ends with it", async () => {
    const server = await startServer(echo, "127.0.0.1", 0);
    const client = spawn("nc", ["-N", "127.0.0.1", String(server.port)], { stdio: ["pipe", "pipe", "inherit"] });
    client.stdin.end("one\ntwo\n");
    expect(await printed(client, "two\n")).toBe("one\ntwo\n");
    if (client.exitCode === null) await once(client, "exit");
    await server[Symbol.asyncDispose]();
  });

  test("listens to our client", async () => {
    const port = await freePort();
    const peer = spawn("nc", ["-l", "127.0.0.1", String(port)], { stdio: ["pipe", "pipe", "inherit"] });
    const [reader, writer] = await connectSoon("127.0.0.1", port);
    writer.write("to nc\n");
    expect(await printed(peer, "\n")).toBe("to nc\n");
    peer.stdin.end("from nc\n");
    expect(String(await reader.readline())).toBe("from nc\n");
    writer.close();
    await writer.waitClosed();
    peer.kill();
  });
});

describe.skipIf(!isHere("redis-cli"))("redis-cli", () => {
  test("speaks RESP with our server", async () => {
    const server = await startRedisServer(0);
    const cli = async (...words: string[]) =>
      (await runFile("redis-cli", ["-p", String(server.port), ...words])).stdout.trim();
    expect(await cli("PING")).toBe("PONG");
    expect(await cli("SET", "name", "grüne Ada")).toBe("OK");
    expect(await cli("GET", "name")).toBe("grüne Ada");
    expect(await cli("INCR", "n")).toBe("1");
    expect(await cli("INCR", "n")).toBe("2");
    expect(await cli("DEL", "name")).toBe("1");
    expect(await cli("NONSENSE")).toContain("ERR unknown command 'NONSENSE'");
    server.closeClients();
    await server[Symbol.asyncDispose]();
  });
});

const python = ["python3.13", "python3"].find(
  (name) => spawnSync(name, ["-c", "import asyncio, ssl; asyncio.timeout"]).status === 0,
);

describe.skipIf(python === undefined)("CPython's asyncio", () => {
  const start = (source: string, ...args: (string | number)[]) =>
    spawn(python as string, ["-c", source, ...args.map(String)], { stdio: ["ignore", "pipe", "inherit"] });

  /** Asks for lines of both kinds, a record, and a big block; checks the answers. */
  const client = `
import asyncio, ssl, sys
async def main():
    context = ssl.create_default_context(cafile=sys.argv[2]) if sys.argv[2] else None
    reader, writer = await asyncio.open_connection("localhost", int(sys.argv[1]), ssl=context, family=2)
    for line in [b"one\\n", b"x" * 50000 + b"\\n"]:
        writer.write(line)
        await writer.drain()
        assert await reader.readline() == line
    block = bytes(range(256)) * 4096
    writer.write(b"block %d\\n" % len(block) + block)
    await writer.drain()
    assert await reader.readexactly(len(block)) == block
    if writer.can_write_eof():
        writer.write_eof()
        assert await reader.read() == b"bye"
    writer.close()
    await writer.wait_closed()
    print("all well")
asyncio.run(main())`;

  const server = `
import asyncio, ssl, sys
async def handle(reader, writer):
    while line := await reader.readline():
        if line.startswith(b"block "):
            line = await reader.readexactly(int(line[6:]))
        writer.write(line)
        await writer.drain()
    writer.write(b"bye")
    writer.close()
async def main():
    context = None
    if sys.argv[1]:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(sys.argv[1], sys.argv[2])
    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())`;

  /** {@link server}, as it is written here. */
  async function handle(reader: StreamReader, writer: StreamWriter) {
    for await (const line of reader) {
      const [, length] = /^block (\d+)/.exec(line.toString("latin1", 0, 20)) ?? [];
      writer.write(length === undefined ? line : await reader.readexactly(Number(length)));
      await writer.drain();
    }
    if (!writer.isClosing()) writer.write("bye");
  }

  test.each([false, true])("is the client of our server (TLS: %s)", async (isTls) => {
    const serving = await startServer(handle, "127.0.0.1", 0, isTls ? { ssl } : {});
    const child = start(client, serving.port, isTls ? certFile : "");
    expect(await printed(child, "\n")).toBe("all well\n");
    await serving[Symbol.asyncDispose]();
  });

  test.each([false, true])("is the server of our client (TLS: %s)", async (isTls) => {
    const child = start(server, isTls ? certFile : "", isTls ? keyFile : "");
    const [data] = await once(child.stdout, "data");
    const [reader, writer] = await openConnection("localhost", Number(data), {
      family: 4,
      ...(isTls && { ssl: { ca: ssl.cert } }),
    });
    for (const line of ["one\n", `${"x".repeat(50_000)}\n`]) {
      writer.write(line);
      await writer.drain();
      expect(String(await reader.readline())).toBe(line);
    }
    const block = Buffer.alloc(1 << 20, "0123456789");
    writer.writelines([`block ${block.length}\n`, block]);
    await writer.drain();
    expect((await reader.readexactly(block.length)).equals(block)).toBe(true);
    if (writer.canWriteEof()) {
      writer.writeEof();
      expect(String(await reader.read())).toBe("bye");
    }
    writer.close();
    await writer.waitClosed();
    child.kill();
  });
});
