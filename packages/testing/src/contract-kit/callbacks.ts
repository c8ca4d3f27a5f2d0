import { type ExceptionContext, KeyboardInterrupt, registry, SystemExit } from "@tsyncio/contract";
import { holds, same, throwing } from "./assert.js";
import { inCallback, type Laws, laws, runFor } from "./law.js";

export const callbacks: Laws = laws("callbacks", {
  async "callSoon() and enqueue() run in the order they were called"(loop) {
    const order: string[] = [];
    loop.callSoon(() => order.push("a"));
    loop.enqueue({ run: () => order.push("b") });
    loop.callSoonThreadsafe(() => order.push("c"));
    loop.callSoon(() => order.push("d"));
    await runFor(loop, 0.002);
    same(order, ["a", "b", "c", "d"], "the order");
  },

  async "what a callback adds runs after all that was ready"(loop) {
    const order: string[] = [];
    loop.callSoon(() => {
      order.push("first");
      loop.callSoon(() => order.push("added"));
      loop.enqueue({ run: () => order.push("added, too") });
    });
    loop.callSoon(() => order.push("second"));
    await runFor(loop, 0.002);
    same(order, ["first", "second", "added", "added, too"], "the order");
  },

  async "nothing runs inside the call that registers it"(loop) {
    let ran = false;
    const ranAtOnce = await inCallback(loop, () => {
      loop.callSoon(() => {
        ran = true;
      });
      return ran;
    });
    same(ranAtOnce, false, "whether it ran at once");
    same(ran, true, "whether it ran");
  },

  async "a cancelled handle does not run, even when it was about to in this turn"(loop) {
    const ran: string[] = [];
    const before = loop.callSoon(() => ran.push("cancelled before"));
    before.cancel();
    loop.callSoon(() => inTurn.cancel());
    const inTurn = loop.callSoon(() => ran.push("cancelled in the turn"));
    const kept = loop.callSoon(() => ran.push("kept"));
    await runFor(loop, 0.002);
    same(ran, ["kept"], "what ran");
    same([before.cancelled(), inTurn.cancelled(), kept.cancelled()], [true, true, false], "cancelled()");
    kept.cancel();
    before.cancel();
  },

  async "the loop is the running one inside its callbacks, and nowhere else"(loop) {
    const inside = await inCallback(loop, () => registry.runningLoop === loop && loop.isRunning());
    same(inside, true, "whether it is the running loop in a callback");
    same(registry.runningLoop, null, "the running loop outside");
    same(loop.isRunning(), false, "isRunning() outside");
  },

  async "callbacks keep the async context of their registration, or the given one"(loop) {
    const storage = loop.host.createStorage<string>();
    if (storage === null) return;
    const seen: (string | undefined)[] = [];
    const look = () => seen.push(storage.getStore());
    const context = storage.run("given", () => loop.host.captureContext());
    storage.run("outer", () => {
      loop.callSoon(look);
      loop.callLater(0.001, look);
      loop.callSoon(look, { context });
      loop.callSoon(look, { context: null });
    });
    await runFor(loop, 0.003);
    same(seen, ["outer", "given", undefined, "outer"], "what was seen");
  },

  async "a callback that throws is told to the exception handler, and those after it run"(loop) {
    const reports: ExceptionContext[] = [];
    loop.setExceptionHandler((of, context) => {
      same(of === loop, true, "whether the handler is given the loop");
      reports.push(context);
    });
    const error = new RangeError("wrong");
    const handle = loop.callSoon(() => {
      throw error;
    });
    const after = await inCallback(loop, () => true);
    same(after, true, "whether the next callback ran");
    same(reports.length, 1, "how many reports there were");
    same(reports[0]?.exception === error, true, "whether the exception is the error that was thrown");
    same(reports[0]?.handle === handle, true, "whether the handle is told");
    holds(/^Exception in callback /.test(reports[0]?.message ?? ""), "the message begins with: Exception in callback");
  },

  async "an exception handler that throws does no harm"(loop) {
    const { host } = loop;
    const own = Object.getOwnPropertyDescriptor(host, "log");
    const log: string[] = [];
    host.log = (_, message) => log.push(message);
    try {
      loop.setExceptionHandler(() => {
        throw new TypeError("the handler's own");
      });
      loop.callSoon(() => {
        throw new RangeError("wrong");
      });
      same(await inCallback(loop, () => true), true, "whether the next callback ran");
      holds(log.length > 0, "both errors are written to the host's log");
    } finally {
      if (own === undefined) delete (host as { log?: unknown }).log;
      else Object.defineProperty(host, "log", own);
    }
  },

  async "the exception handler can be asked for, replaced and taken away"(loop) {
    same(loop.getExceptionHandler(), null, "the handler at first");
    const handler = () => {};
    loop.setExceptionHandler(handler);
    same(loop.getExceptionHandler() === handler, true, "whether it is the one that was set");
    loop.setExceptionHandler(null);
    same(loop.getExceptionHandler(), null, "the handler when it was taken away");
    await throwing(() => loop.setExceptionHandler(7 as never), TypeError);
  },

  async "SystemExit and KeyboardInterrupt end the run at once, and what was ready stays so"(loop) {
    for (const fatal of [new SystemExit(3), new KeyboardInterrupt()]) {
      const ran: string[] = [];
      loop.callSoon(() => {
        throw fatal;
      });
      loop.callSoon(() => ran.push("after"));
      const error = await throwing(() => loop.runForever(), Error);
      same(error === fatal, true, "whether the run ends with it");
      same(ran, [], "what ran after it");
      same(loop.isRunning(), false, "isRunning()");
      await runFor(loop, 0.002);
      same(ran, ["after"], "what runs in the next run");
    }
  },

  async "callbacks that are none are refused"(loop) {
    for (const method of ["callSoon", "callSoonThreadsafe"] as const) {
      await throwing(() => loop[method](7 as never), TypeError, "callback");
      await throwing(() => loop[method](function* () {} as never), TypeError, "coroutines cannot be used");
    }
    await throwing(() => loop.callLater(1, undefined as never), TypeError, "callback");
    await throwing(() => loop.callAt(1, undefined as never), TypeError, "callback");
    await throwing(() => loop.callSoon(() => {}, 7 as never), TypeError, "options");
  },
});
