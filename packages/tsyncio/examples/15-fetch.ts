// A page over HTTP, then one whose second half would take a minute: the timeout cancels the request through its signal, and the
// server sees the client leave.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Future, isTimeoutError, timeout } from "tsyncio";

async function read(url: string, signal: AbortSignal) {
  const response = await fetch(url, { signal });
  console.log(`client: status ${response.status} from ${new URL(url).pathname}`);
  console.log(`client: ${await response.text()}`);
}

export async function main() {
  const left = new Future<string>();
  const server = createServer((request, response) => {
    response.write("one half, ");
    const rest = setTimeout(() => response.end("the other half"), request.url === "/slow" ? 60_000 : 50);
    response.once("close", () => {
      clearTimeout(rest);
      if (!response.writableFinished) left.setResult(`the reader of ${request.url} has left half-way`);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  try {
    await timeout("5s", (t) => read(`http://127.0.0.1:${port}/fast`, t.signal));
    await timeout("300ms", (t) => read(`http://127.0.0.1:${port}/slow`, t.signal));
  } catch (error) {
    if (!isTimeoutError(error)) throw error;
    console.log("client: timeout");
    console.log(`server: ${await left}`);
  } finally {
    server.close();
  }
}
