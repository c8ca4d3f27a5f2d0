// A small HTTP server: what is asked for by GET, one answer for each request of a connection. For curl, not for the world.
import { IncompleteReadError, type Server, type StreamReader, type StreamWriter, startServer } from "@tsyncio/streams";

/** Serves the texts of `pages`, by their paths. */
export function startHttpServer(pages: Record<string, string>, port: number): PromiseLike<Server> {
  async function serve(reader: StreamReader<string>, writer: StreamWriter) {
    for (;;) {
      const head = await readHead(reader);
      if (head === null) return;
      const [, method, path = ""] = /^(\S+) (\S+) HTTP\/1\.[01]\r\n/.exec(head) ?? [];
      const page = method === "GET" && Object.hasOwn(pages, path) ? pages[path] : undefined;
      writer.write(answer(page === undefined ? "404 Not Found" : "200 OK", page ?? "not here\n"));
      await writer.drain();
    }
  }
  return startServer(serve, "127.0.0.1", port, {
    encoding: "utf8",
    limit: 16 * 1024,
    idleTimeout: "10s",
    maxConnections: 100,
  });
}

/** The lines up to the empty one; `null` at the end of the connection. */
async function readHead(reader: StreamReader<string>): Promise<string | null> {
  try {
    return await reader.readuntil("\r\n\r\n");
  } catch (error) {
    if (error instanceof IncompleteReadError) return null;
    throw error;
  }
}

function answer(status: string, body: string): string {
  const length = Buffer.byteLength(body);
  return `HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${length}\r\n\r\n${body}`;
}
