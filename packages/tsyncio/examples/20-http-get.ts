// What fetch does, by hand: a GET over a plain connection.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { openConnection, timeout } from "tsyncio";

async function get(host: string, port: number, path: string) {
  const [reader, writer] = await openConnection(host, port, { encoding: "utf8" });
  try {
    writer.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    const status = await reader.readline();
    const headers = new Map<string, string>();
    for await (const line of reader) {
      if (line === "") break;
      const [name = "", value = ""] = line.split(/:\s*/, 2);
      headers.set(name.toLowerCase(), value);
    }
    return { status: status.trim(), headers, body: await reader.read() };
  } finally {
    writer.close();
  }
}

export async function main() {
  const server = createServer((request, response) => {
    const body = `you asked for ${request.url}\n`;
    response.writeHead(200, { "content-type": "text/plain", "content-length": body.length });
    response.end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const { port } = server.address() as AddressInfo;
    const { status, headers, body } = await timeout("5s", () => get("127.0.0.1", port, "/a/page"));
    console.log(status);
    console.log(`${headers.get("content-type")}, ${headers.get("content-length")} bytes`);
    console.log(body.trimEnd());
  } finally {
    server.close();
  }
}
