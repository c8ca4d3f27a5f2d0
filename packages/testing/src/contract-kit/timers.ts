import { type TimerEntry, ValueError } from "@tsyncio/contract";
import { holds, same, throwing } from "./assert.js";
import { type Laws, laws, runFor } from "./law.js";

export const timers: Laws = laws("timers", {
  async "run the earliest first, those with one deadline in the order they were made"(loop) {
    const order: string[] = [];
    const start = loop.time();
    loop.callAt(start + 0.004, () => order.push("late"));
    loop.callAt(start + 0.002, () => order.push("a"));
    loop.enqueueAt(start + 0.002, { run: () => order.push("b") });
    loop.callAt(start + 0.002, () => order.push("c"));
    loop.callAt(start + 0.001, () => order.push("early"));
    await runFor(loop, 0.008);
    same(order, ["early", "a", "b", "c", "late"], "the order");
  },

  async "run at their time, and not before"(loop) {
    const start = loop.time();
    const times: number[] = [];
    const late = loop.callLater("3ms", () => times.push(loop.time()));
    const early = loop.callLater(0.001, () => times.push(loop.time()));
    await runFor(loop, 0.01);
    holds(Math.abs(late.when() - start - 0.003) < 0.01, "when() of a callLater() is now and its delay");
    holds((times[0] as number) >= early.when() && (times[1] as number) >= late.when(), "no timer runs before its time");
    holds((times[1] as number) >= (times[0] as number), "the clock never goes back");
  },

  async "that are due join the ready queue behind what is there"(loop) {
    const order: string[] = [];
    loop.callLater(0, () => order.push("due"));
    loop.callLater(-5, () => order.push("overdue"));
    loop.callSoon(() => {
      order.push("soon");
      loop.callSoon(() => order.push("next turn"));
    });
    await runFor(loop, 0.002);
    same(order, ["soon", "overdue", "due", "next turn"], "the order");
  },

  async "that are cancelled do not run"(loop) {
    const ran: string[] = [];
    const handle = loop.callLater(0.001, () => ran.push("cancelled"));
    const runnable = loop.enqueueAt(loop.time() + 0.001, { run: () => ran.push("cancelled runnable") });
    handle.cancel();
    runnable.cancel();
    runnable.cancel();
    loop.callLater(0.002, () => ran.push("kept"));
    await runFor(loop, 0.004);
    same(ran, ["kept"], "what ran");
    same(handle.cancelled(), true, "cancelled()");
  },

  async "that are cancelled in great number leave the others as they are"(loop) {
    const order: number[] = [];
    const start = loop.time() + 0.002;
    for (let i = 0; i < 1000; i++) {
      const handle = loop.callAt(start + i * 1e-6, () => order.push(i));
      if (i % 100 !== 0) handle.cancel();
    }
    await runFor(loop, 0.01);
    same(order, [0, 100, 200, 300, 400, 500, 600, 700, 800, 900], "what ran");
  },

  async "of other makers are run and forgotten, and skipped when they were cancelled"(loop) {
    const ran: string[] = [];
    const entry = (name: string, cancelled: boolean): TimerEntry => {
      const when = loop.time() + 0.001;
      return { when: () => when, cancelled: () => cancelled, run: () => ran.push(name), sequence: 0, scheduled: false };
    };
    const [kept, dropped] = [entry("kept", false), entry("dropped", true)];
    loop.addTimer(kept);
    loop.addTimer(dropped);
    same(kept.scheduled, true, "scheduled, while the loop has it");
    loop.timerCancelled(dropped);
    await runFor(loop, 0.004);
    same(ran, ["kept"], "what ran");
    same(kept.scheduled, false, "scheduled, when it has run");
  },

  async "with delays that are none are refused at the call"(loop) {
    await throwing(() => loop.callLater(Number.NaN, () => {}), ValueError, "NaN");
    await throwing(() => loop.callLater("soon" as never, () => {}), ValueError, "soon");
    await throwing(() => loop.callLater(null as never, () => {}), TypeError);
    await throwing(() => loop.callAt(Number.NaN, () => {}), ValueError, "NaN");
    await throwing(() => loop.callAt("1s" as never, () => {}), TypeError);
  },

  async "hold nothing up that is ready"(loop) {
    const order: string[] = [];
    loop.callLater(0.002, () => order.push("timer"));
    loop.callSoon(() => {
      order.push("soon");
      loop.callSoon(() => order.push("next"));
    });
    await runFor(loop, 0.005);
    same(order, ["soon", "next", "timer"], "the order");
  },
});
