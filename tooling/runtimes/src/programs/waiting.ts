// Programs that wait for what comes from outside the loop: waiting.js <generator|async> <signal|socket|timer|sleep>

import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { Future } from "@tsyncio/futures";
import { getRunningLoop } from "@tsyncio/loop";
import { run } from "@tsyncio/runner";
import { sleep } from "@tsyncio/timeouts";

const [kind, what] = process.argv.slice(2);

/** Has `woken` done by something of the host. */
function prepare(): PromiseLike<unknown> & Iterable<never, unknown> {
  const woken = new Future<void>();
  const wake = () => woken.setResult();
  const loop = getRunningLoop();
  if (what === "sleep") return sleep("50ms") as never;
  if (what === "timer") setTimeout(wake, 50);
  else if (what === "signal") {
    loop.addSignalHandler("SIGUSR2", () => {
      loop.removeSignalHandler("SIGUSR2");
      wake();
    });
    console.log("ready");
  } else {
    const server = createServer((socket) => {
      socket.end();
      server.close();
      wake();
    }).listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
  }
  return woken as never;
}

function* generatorMain() {
  yield* prepare();
  console.log("woken");
}

async function asyncMain() {
  await prepare();
  console.log("woken");
}

run<void>(kind === "generator" ? generatorMain : asyncMain).catch((error) => console.log(String(error)));
