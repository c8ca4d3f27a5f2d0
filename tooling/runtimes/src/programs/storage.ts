// What has to happen before the async context of the process is written: the first AsyncLocalStorage slows every promise on Node 20 and 22.
import { registry } from "@tsyncio/contract";
import { getEventLoop } from "@tsyncio/loop";
import { coroutine, createTask } from "@tsyncio/tasks";
import { sleep, timeout } from "@tsyncio/timeouts";

const written = (when: string) => console.log(`${when}: ${registry.scopeStorage !== null}`);

const body = coroutine(function* () {
  yield* sleep(0);
  yield* timeout("1s", function* () {
    yield* sleep(0);
  });
});

(async () => {
  await sleep("1ms");
  await body();
  getEventLoop().callSoon(() => {});
  written("plain awaits");
  await createTask(body());
  written("generator tasks");
  await createTask(async () => {
    await sleep(0);
  });
  written("async tasks");
})();
