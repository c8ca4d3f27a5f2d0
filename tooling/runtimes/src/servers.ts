import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

/** Runs `body(url)` while an HTTP server answers with `handler`. */
export async function withServer<T>(handler: RequestListener, body: (url: string) => Promise<T>): Promise<T> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await body(`http://127.0.0.1:${port}/`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Answers `/fast` at once, and all else never. */
export const slowHandler: RequestListener = (request, response) => {
  if (request.url === "/fast") response.end("fast");
};
