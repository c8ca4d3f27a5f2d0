// A server that sends every line back, and a client. The connection is closed when the handler ends.
import { coroutine, forEach, openConnection, type StreamReader, type StreamWriter, startServer } from "tsyncio";

const echo = coroutine(function* (reader: StreamReader<string>, writer: StreamWriter) {
  yield* forEach(reader, function* (line) {
    writer.write(`${line}, ${line}, ${line}\n`);
    yield* writer.drain();
  });
});

export const main = coroutine(function* () {
  const server = yield* startServer(echo, "127.0.0.1", 0, { encoding: "utf8", idleTimeout: "10s" });
  const [reader, writer] = yield* openConnection("127.0.0.1", server.port, { encoding: "utf8" });
  for (const word of ["hello", "is anyone there?"]) {
    writer.write(`${word}\n`);
    console.log((yield* reader.readline()).trimEnd());
  }
  writer.close();
  yield* writer.waitClosed();
  console.log("closed");

  server.close();
  yield* server.waitClosed();
});
