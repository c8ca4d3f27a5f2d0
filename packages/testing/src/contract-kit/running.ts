import { DeadlockError, RuntimeError } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { holds, same, throwing } from "./assert.js";
import { inCallback, type Laws, laws, runFor } from "./law.js";

const CLOSED = "Event loop is closed";

export const running: Laws = laws("running", {
  async "runUntilComplete() gives the result of a future, or throws its error"(loop) {
    const [good, bad] = [new Future<number>({ loop }), new Future<number>({ loop })];
    loop.callLater(0.001, () => good.setResult(42));
    same(await loop.runUntilComplete(good), 42, "the result");
    const error = new RangeError("wrong");
    loop.callSoon(() => bad.setException(error));
    same((await throwing(() => loop.runUntilComplete(bad), RangeError)) === error, true, "whether it is the error");
    same(await loop.runUntilComplete(good), 42, "the result of a future that is done");
  },

  async "runUntilComplete() makes a task of a function"(loop) {
    same(await loop.runUntilComplete(async () => "async"), "async", "the result of an async function");
    const generator = function* () {
      yield;
      return "generator";
    };
    same(await loop.runUntilComplete(generator), "generator", "the result of a generator function");
  },

  async "runForever() runs until stop(), and to the end of that turn"(loop) {
    const ran: string[] = [];
    loop.callSoon(() => {
      loop.stop();
      loop.callSoon(() => ran.push("next turn"));
    });
    loop.callSoon(() => ran.push("same turn"));
    await loop.runForever();
    same(ran, ["same turn"], "what ran");
    await runFor(loop, 0.002);
    same(ran, ["same turn", "next turn"], "what runs in the next run");
  },

  async "stop() before a run lets it do one turn"(loop) {
    const ran: string[] = [];
    loop.callSoon(() => {
      ran.push("first turn");
      loop.callSoon(() => ran.push("second turn"));
    });
    loop.stop();
    await loop.runForever();
    same(ran, ["first turn"], "what ran");
    loop.stop();
    await loop.runForever();
    same(ran, ["first turn", "second turn"], "what ran then");
  },

  async "stop() ends runUntilComplete() with an error, and the loop can run again"(loop) {
    const future = new Future<void>({ loop });
    loop.callSoon(() => loop.stop());
    await throwing(() => loop.runUntilComplete(future), RuntimeError, "Event loop stopped before Future completed.");
    loop.callSoon(() => future.setResult());
    await loop.runUntilComplete(future);
  },

  async "a loop runs once at a time, and not inside another"(loop, makeLoop) {
    const other = makeLoop();
    const errors = await inCallback(loop, () => [
      throwing(() => loop.runForever(), RuntimeError, "This event loop is already running"),
      throwing(() => other.runForever(), RuntimeError, "Cannot run the event loop while another loop is running"),
    ]);
    await Promise.all(errors);
    other.close();
    const running = loop.runForever();
    await throwing(() => loop.runForever(), RuntimeError, "This event loop is already running");
    loop.stop();
    await running;
  },

  async "isRunning() is true during a run, also while the loop is idle"(loop) {
    same(loop.isRunning(), false, "isRunning() before");
    const running = runFor(loop, 0.002);
    same(loop.isRunning(), true, "isRunning() during");
    await running;
    same(loop.isRunning(), false, "isRunning() after");
  },

  async "abort() ends the run at once with its error, and the loop can run again"(loop) {
    const error = new RangeError("aborted");
    const ran: string[] = [];
    loop.callSoon(() => loop.abort(error));
    loop.callSoon(() => ran.push("after"));
    same((await throwing(() => loop.runForever(), RangeError)) === error, true, "whether it is the error");
    same(ran, [], "what ran after it");
    await runFor(loop, 0.002);
    same(ran, ["after"], "what runs in the next run");
  },

  async "a closed loop refuses work, and what wakes it does no harm"(loop) {
    same(loop.isClosed(), false, "isClosed() before");
    const future = new Future<void>({ loop });
    loop.close();
    loop.close();
    same(loop.isClosed(), true, "isClosed() after");
    await throwing(() => loop.callSoon(() => {}), RuntimeError, CLOSED);
    await throwing(() => loop.callLater(1, () => {}), RuntimeError, CLOSED);
    await throwing(() => loop.callAt(1, () => {}), RuntimeError, CLOSED);
    await throwing(() => loop.runForever(), RuntimeError, CLOSED);
    await throwing(() => loop.runUntilComplete(future), RuntimeError, CLOSED);
    await throwing(() => loop.createTask(async () => {}), RuntimeError, CLOSED);
    let ran = false;
    loop.enqueue({
      run() {
        ran = true;
      },
    });
    await new Promise((resolve) => setTimeout(resolve, 2));
    same(ran, false, "whether it runs what it is given");
  },

  async "can't be closed while it runs, and drops what is left when it is"(loop) {
    await inCallback(loop, () => throwing(() => loop.close(), RuntimeError, "Cannot close a running event loop"));
    let ran = false;
    loop.callSoon(() => {
      ran = true;
    });
    loop.close();
    await new Promise((resolve) => setTimeout(resolve, 2));
    same(ran, false, "whether what was left runs");
  },

  async "wakes who waits on another loop on that one"(loop, makeLoop) {
    const other = makeLoop();
    const future = new Future<number>({ loop: other });
    const seen: boolean[] = [];
    future.addWaiter({ loop, run: () => seen.push(loop.isRunning()) });
    other.callSoon(() => future.setResult(1));
    await other.runUntilComplete(future);
    same(seen, [], "who was woken by the other loop");
    await runFor(loop, 0.002);
    same(seen, [true], "who was woken by its own");
    other.close();
  },

  async "a run that nothing can end fails with a DeadlockError on a virtual clock"(loop) {
    if (!loop.host.virtual) return;
    const stuck = async function stuck() {
      await new Future<void>({ loop });
    };
    const error = await throwing(() => loop.runUntilComplete(stuck), DeadlockError);
    holds(/\(stuck\) waits for /.test((error as Error).message), "the DeadlockError says which task waits");
    for (const task of loop.tasks) task.cancel();
    await runFor(loop, 0.002);
  },
});
