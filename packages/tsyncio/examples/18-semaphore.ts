// Ten requests to a server, of which a semaphore lets out three at a time.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gather, Semaphore } from "tsyncio";

export async function main() {
  let [open, most] = [0, 0];
  const server = createServer((request, response) => {
    most = Math.max(most, ++open);
    setTimeout(() => {
      open--;
      response.end(`page ${request.url}`);
    }, 20);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  const semaphore = new Semaphore(3);
  const load = (n: number) => semaphore.with(() => fetch(`http://127.0.0.1:${port}/${n}`));
  try {
    const responses = await gather(Array.from({ length: 10 }, (_, n) => load(n)));
    const pages = await Promise.all(responses.map((response) => response.text()));
    console.log(`${pages.length} pages, from "${pages.at(0)}" to "${pages.at(-1)}"`);
    console.log(`at most ${most} requests at a time`);
    console.log(semaphore);
  } finally {
    server.close();
  }
}
