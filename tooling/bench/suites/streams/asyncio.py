import asyncio
import os

CLIENT = os.path.join(os.path.dirname(__file__), "client.mjs")


async def said(client, word):
    line = (await client.stdout.readline()).decode().strip()
    if line != word:
        raise RuntimeError(f"the client said {line!r}, not {word!r}")


async def under_load(server, kind, connections, n, meter):
    """Has a client talk to the server, and measures from its first request to its last."""
    port = server.sockets[0].getsockname()[1]
    pipe = asyncio.subprocess.PIPE
    client = await asyncio.create_subprocess_exec(
        "node", CLIENT, kind, str(port), str(connections), str(n), stdin=pipe, stdout=pipe
    )
    await said(client, "ready")
    meter.begin()
    client.stdin.write(b"go\n")
    await said(client, "done")
    meter.end()
    server.close()
    client.stdin.close()
    await client.wait()


async def serve(handler, kind, connections, n, meter):
    async def closing(reader, writer):
        try:
            await handler(reader, writer)
            writer.close()
        except ConnectionError:
            writer.close()

    server = await asyncio.start_server(closing, "127.0.0.1", 0, backlog=1000)
    await under_load(server, kind, connections, n, meter)


def echo(connections):
    async def handler(reader, writer):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()

    return lambda n, meter: serve(handler, "echo", connections, n, meter)


echo1, echo10, echo100, echo1000 = echo(1), echo(10), echo(100), echo(1000)


def bulk(size):
    def program(n, meter):
        piece = b"x" * size

        async def handler(reader, writer):
            await reader.read(2)
            for _ in range(n):
                writer.write(piece)
                await writer.drain()

        return serve(handler, "sink", 1, n, meter)

    return program


bulk64k, bulk1m = bulk(64 * 1024), bulk(1024 * 1024)


def lines(n, meter):
    async def handler(reader, writer):
        async for line in reader:
            if len(line) != 80:
                raise RuntimeError(line)

    return serve(handler, "lines", 1, n, meter)


def visit(n, meter):
    async def handler(reader, writer):
        writer.write(b"welcome")

    return serve(handler, "visit", 10, n, meter)


def idle(n, meter):
    async def handler(reader, writer):
        while await reader.read(1024):
            pass

    return serve(handler, "idle", n, n, meter)
