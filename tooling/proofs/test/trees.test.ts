import type { Body, TaskContract } from "@tsyncio/contract";
import {
  asCompleted,
  createTask,
  forEach,
  gather,
  race,
  shield,
  type TaskGroup,
  taskGroup,
  wait,
} from "@tsyncio/tasks";
import { type Grove, on, type Script, type Tree, treeLaws } from "@tsyncio/test-support";
import { sleep, timeout, waitFor } from "@tsyncio/timeouts";
import { both } from "./support.ts";

/** Everything there is to join tasks with, timeouts inside and around it. */
const grove: Grove = {
  kinds: both.kinds,
  createTask: (source) => createTask(source) as TaskContract<unknown>,
  pause: sleep,
  joins: {
    *await(children, start) {
      for (const child of children) yield* on(start(child));
    },
    *gather(children, start) {
      yield* on(
        gather(
          children.map((child) => start(child)),
          { returnExceptions: true },
        ),
      );
    },
    *group(children, start, define) {
      yield* on(taskGroup(define(grouped(children, start))));
    },
    *groupWithTimeout(children, start, define) {
      yield* on(timeout("2s", () => taskGroup(define(grouped(children, start)))));
    },
    *cancelledGroup(children, start, define) {
      const body = function* (tg: TaskGroup): Script<void> {
        yield* grouped(children, start)(tg);
        yield* on(sleep(1));
        tg.cancel();
      };
      yield* on(taskGroup(define(body)));
    },
    *race(children, start) {
      yield* on(race(children.map((child) => start(child))));
    },
    *wait(children, start) {
      yield* on(
        wait(
          children.map((child) => start(child)),
          { timeout: "1s", returnWhen: "FIRST_COMPLETED" },
        ),
      );
    },
    *asCompleted(children, start, define) {
      const tasks = children.map((child) => start(child));
      yield* on(
        forEach(
          asCompleted(tasks, { timeout: "3s" }),
          define(function* () {
            yield* on(sleep(0));
          }),
        ),
      );
    },
    *shieldInTimeout(children, start) {
      for (const child of children) yield* on(timeout("1s", () => shield(start(child))));
    },
    *waitFor(children, start) {
      for (const child of children) yield* on(waitFor(start(child), "1s"));
    },
    *waitForNothing(children, start) {
      for (const child of children) yield* on(waitFor(start(child), 0));
    },
    *nestedTimeouts(children, start, define) {
      const inner = define(function* (): Script<void> {
        for (const child of children) yield* on(start(child));
      }) as Body<[], void>;
      yield* on(timeout("3s", () => timeout("2s", () => timeout("2s", inner))));
    },
    *rescheduled(children, start, define) {
      const body = define(function* (t: {
        reschedule(when: number | null): void;
        when(): number | null;
      }): Script<void> {
        for (const child of children) {
          t.reschedule((t.when() ?? 0) + 1);
          yield* on(start(child));
        }
      });
      yield* on(timeout("1s", body));
    },
    *loose(children, start) {
      for (const child of children) start(child);
    },
  },
};

function grouped(children: readonly Tree[], start: Parameters<Grove["joins"][string]>[1]) {
  return function* (tg: TaskGroup): Script<void> {
    for (const child of children) start(child, (source) => tg.createTask(source) as TaskContract<unknown>);
    yield* on(sleep(0));
  };
}

treeLaws("random trees of tasks, timeouts and groups, with random cancellations", grove);
