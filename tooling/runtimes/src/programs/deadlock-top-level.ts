// A deadlock under a top-level await.
import { Future } from "@tsyncio/futures";
import { run } from "@tsyncio/runner";

try {
  await run(async () => {
    await new Future();
  });
} catch (error) {
  console.log((error as Error).name);
}
