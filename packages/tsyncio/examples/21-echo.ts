// A server that sends every line back, and a client. The connection is closed when the handler ends.
import { openConnection, type StreamReader, type StreamWriter, startServer } from "tsyncio";

async function echo(reader: StreamReader<string>, writer: StreamWriter) {
  for await (const line of reader) {
    writer.write(`${line}, ${line}, ${line}\n`);
    await writer.drain();
  }
}

export async function main() {
  await using server = await startServer(echo, "127.0.0.1", 0, { encoding: "utf8", idleTimeout: "10s" });
  const [reader, writer] = await openConnection("127.0.0.1", server.port, { encoding: "utf8" });
  for (const word of ["hello", "is anyone there?"]) {
    writer.write(`${word}\n`);
    console.log((await reader.readline()).trimEnd());
  }
  writer.close();
  await writer.waitClosed();
  console.log("closed");
}
