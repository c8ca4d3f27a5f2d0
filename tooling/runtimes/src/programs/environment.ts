// Whether debug mode is on: of the default loop, and inside a run.
import { getEventLoop, getRunningLoop } from "@tsyncio/loop";
import { run } from "@tsyncio/runner";

console.log(getEventLoop().getDebug());
run(async () => console.log(getRunningLoop().getDebug()));
