const { getEventLoop } = require("@tsyncio/loop");
const { run } = require("@tsyncio/runner");
const { gather } = require("@tsyncio/tasks");
const { sleep } = require("@tsyncio/timeouts");

run(async () => {
  const [one, two] = await gather(sleep("1ms", 1), sleep("1ms", 2));
  const future = getEventLoop().createFuture();
  getEventLoop().callSoon(() => future.setResult(one + two));
  return `the sum is ${await future}`;
}).then(console.log);
