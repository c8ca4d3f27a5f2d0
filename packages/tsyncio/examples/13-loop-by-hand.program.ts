// A loop driven by hand, in a program of its own: no `run`, no main. Start it by `node 13-loop-by-hand.program.ts`.
import { newEventLoop, sleep } from "tsyncio";

const loop = newEventLoop();
const show = (when: string) => console.log(`${when}: running ${loop.isRunning()}, closed ${loop.isClosed()}`);
show("made");

// Runs the loop until a coroutine has ended.
const answer = loop.runUntilComplete(async () => {
  show("in a coroutine");
  await sleep("100ms");
  return 42;
});
console.log(`the answer is ${await answer}`);

// Runs it until someone stops it. Callbacks and timers are what a loop is made of.
loop.callSoon(() => console.log("a callback"));
loop.callLater("100ms", () => {
  console.log("a timer, which stops the loop");
  loop.stop();
});
await loop.runForever();
show("stopped");

loop.close();
show("closed");
try {
  loop.callSoon(() => {});
} catch (error) {
  console.log(`after that: ${error}`);
}
