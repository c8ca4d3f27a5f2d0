// Programs that are sent signals: interrupted.js <generator|async> <default|listening|options|stubborn>
import { Future } from "@tsyncio/futures";
import { type RunOptions, run } from "@tsyncio/runner";
import { sleep } from "@tsyncio/timeouts";

const [kind, form] = process.argv.slice(2);

function* generatorMain() {
  try {
    console.log("ready");
    yield* sleep("10s");
  } finally {
    console.log("cleaning up");
    yield* form === "stubborn" ? sleep("10s") : sleep("1ms");
    console.log("cleaned up");
  }
}

async function asyncMain() {
  try {
    console.log("ready");
    await sleep("10s");
  } finally {
    console.log("cleaning up");
    await (form === "stubborn" ? sleep("10s") : sleep("1ms"));
    console.log("cleaned up");
  }
}

const main = kind === "generator" ? generatorMain : asyncMain;

if (form === "listening") {
  const asked = new Future<void>();
  process.on("SIGINT", () => {
    console.log("the program's own listener");
    asked.setResult();
  });
  run(async () => {
    console.log("ready");
    const timer = sleep("10s");
    await Promise.race([asked, timer]);
  }).then(() => console.log("main went on"));
} else {
  const options: RunOptions = form === "options" ? { signals: ["SIGINT", "SIGTERM"] } : {};
  run<void>(main, options).catch((error) => console.log(error.name, error.code ?? ""));
}
