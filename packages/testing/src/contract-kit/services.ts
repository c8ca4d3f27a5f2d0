import { type Executor, RuntimeError, ValueError } from "@tsyncio/contract";
import { fromPromise } from "@tsyncio/futures";
import { same, throwing } from "./assert.js";
import { type Laws, laws } from "./law.js";

/** Runs everything at once, and notes it. */
function executor(jobs: string[]): Executor {
  return {
    submit: (fn, ...args) => {
      jobs.push(`${fn.name}(${args})`);
      return fromPromise(Promise.resolve(fn(...args) as never));
    },
    async shutdown() {
      jobs.push("shutdown");
    },
  };
}

export const services: Laws = laws("executors, signals, debug mode", {
  async "runInExecutor() calls a function on the given executor, or on the default one"(loop) {
    const given: string[] = [];
    const byDefault: string[] = [];
    const add = (a: number, b: number) => a + b;
    same(await loop.runUntilComplete(async () => loop.runInExecutor(executor(given), add, 1, 2)), 3, "the result");
    loop.setDefaultExecutor(executor(byDefault));
    same(await loop.runUntilComplete(async () => loop.runInExecutor(null, add, 3, 4)), 7, "the result");
    same([given, byDefault], [["add(1,2)"], ["add(3,4)"]], "the jobs");
    await throwing(() => loop.runInExecutor(null, 7 as never), TypeError, "function");
    await throwing(() => loop.runInExecutor({} as never, add, 1, 2), TypeError);
    await throwing(() => loop.setDefaultExecutor({} as never), TypeError);
  },

  async "shutdownDefaultExecutor() ends it, once and for all"(loop) {
    const jobs: string[] = [];
    loop.setDefaultExecutor(executor(jobs));
    await loop.shutdownDefaultExecutor();
    same(jobs, ["shutdown"], "what the executor was told");
    await throwing(() => loop.runInExecutor(null, () => 1), RuntimeError, "Executor shutdown has been called");
  },

  async "signal handlers are added and removed, where the host has signals"(loop) {
    const { host } = loop;
    try {
      host.onSignal("SIGWINCH", () => {})();
    } catch {
      await throwing(() => loop.addSignalHandler("SIGWINCH", () => {}), RuntimeError, "signals");
      return;
    }
    const before = host.signalListeners("SIGWINCH");
    loop.addSignalHandler("SIGWINCH", () => {});
    loop.addSignalHandler("SIGWINCH", () => {});
    same(host.signalListeners("SIGWINCH"), before + 1, "the listeners of a signal, when it was added twice");
    same(loop.removeSignalHandler("SIGWINCH"), true, "removeSignalHandler()");
    same(loop.removeSignalHandler("SIGWINCH"), false, "removeSignalHandler(), the second time");
    loop.addSignalHandler("SIGWINCH", () => {});
    loop.close();
    same(host.signalListeners("SIGWINCH"), before, "the listeners of a signal, when the loop is closed");
  },

  async "signals that are none are refused"(loop) {
    await throwing(() => loop.addSignalHandler("WINCH", () => {}), ValueError, "signal");
    await throwing(() => loop.removeSignalHandler(2 as never), ValueError, "signal");
    await throwing(() => loop.addSignalHandler("SIGWINCH", 7 as never), TypeError, "callback");
  },

  async "debug mode is switched on and off, and its limit is a delay"(loop) {
    loop.setDebug(true);
    same(loop.getDebug(), true, "getDebug()");
    loop.setDebug(false);
    same(loop.getDebug(), false, "getDebug()");
    loop.slowCallbackDuration = "250ms";
    same(loop.slowCallbackDuration, 0.25, "slowCallbackDuration");
    await throwing(() => {
      loop.slowCallbackDuration = "soon" as never;
    }, ValueError);
  },
});
