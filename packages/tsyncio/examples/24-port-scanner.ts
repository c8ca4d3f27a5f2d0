// Who listens on this machine? A hundred ports, ten at a time, none longer than half a second.
import { gather, openConnection, Semaphore, startServer, timeout } from "tsyncio";

async function isOpen(port: number) {
  try {
    const [, writer] = await timeout("500ms", () => openConnection("127.0.0.1", port));
    writer.close();
    return true;
  } catch {
    return false;
  }
}

export async function main() {
  await using server = await startServer(async () => {}, "127.0.0.1", 0);
  const ours = server.port;
  const ports = Array.from({ length: 100 }, (_, i) => Math.min(ours - 50, 65_436) + i);

  const semaphore = new Semaphore(10);
  let [now, most] = [0, 0];
  const scan = (port: number) =>
    semaphore.with(async () => {
      most = Math.max(most, ++now);
      const open = await isOpen(port);
      now--;
      return open;
    });
  const found = await gather(ports.map((port) => () => scan(port)));
  console.log(`${found.length} ports looked at, at most ${most} at a time`);
  console.log(`our server is ${found[ports.indexOf(ours)] ? "found" : "not found"}`);
}
