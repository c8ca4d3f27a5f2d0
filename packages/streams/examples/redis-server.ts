// A server that speaks Redis's protocol (RESP): PING, ECHO, SET, GET, DEL, INCR. For redis-cli, not for your data.
import { type Server, type StreamReader, type StreamWriter, startServer } from "@tsyncio/streams";

export function startRedisServer(port: number): PromiseLike<Server> {
  const store = new Map<string, string>();

  async function serve(reader: StreamReader, writer: StreamWriter) {
    for (;;) {
      const command = await readCommand(reader);
      if (command === null) return;
      writer.write(run(store, command));
      await writer.drain();
    }
  }
  return startServer(serve, "127.0.0.1", port, { limit: 1024 * 1024, idleTimeout: "1m", maxConnections: 100 });
}

/** `*2\r\n$4\r\nECHO\r\n$2\r\nhi\r\n` as `["ECHO", "hi"]`; `null` at the end of the connection. */
async function readCommand(reader: StreamReader): Promise<string[] | null> {
  const first = await reader.readline();
  if (first.length === 0) return null;
  const words: string[] = [];
  for (let left = count("*", first); left > 0; left--) {
    const length = count("$", await reader.readline());
    words.push(String(await reader.readexactly(length)));
    await reader.readexactly(2);
  }
  return words;
}

function count(kind: string, line: Buffer): number {
  const [, digits] = /^(\d{1,7})\r\n$/.exec(String(line.subarray(1))) ?? [];
  if (line[0] !== kind.charCodeAt(0) || digits === undefined) throw new Error(`not RESP: ${line}`);
  return Number(digits);
}

const text = (value: string | undefined) =>
  value === undefined ? "$-1\r\n" : `$${Buffer.byteLength(value)}\r\n${value}\r\n`;

function run(store: Map<string, string>, [name = "", key = "", value = ""]: string[]): string {
  switch (name.toUpperCase()) {
    case "PING":
      return "+PONG\r\n";
    case "ECHO":
      return text(key);
    case "SET":
      store.set(key, value);
      return "+OK\r\n";
    case "GET":
      return text(store.get(key));
    case "DEL":
      return `:${store.delete(key) ? 1 : 0}\r\n`;
    case "INCR": {
      const next = Number(store.get(key) ?? 0) + 1;
      store.set(key, String(next));
      return `:${next}\r\n`;
    }
    default:
      return `-ERR unknown command '${name}'\r\n`;
  }
}
