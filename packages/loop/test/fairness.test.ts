// Real loops on the real host: who spins starves nobody.
import { registry } from "@tsyncio/contract";
import { type EventLoop, getEventLoop, newEventLoop } from "@tsyncio/loop";
import { newVirtualLoop } from "@tsyncio/loop/virtual";
import { describe, expect, test } from "vitest";

/** Runs `spin`, which runs itself again and again while it is given `true`, until the host had its turns of every kind. */
async function turnsOfTheHost(spin: (goOn: () => boolean) => void): Promise<number> {
  let goOn = true;
  let spins = 0;
  spin(() => {
    spins++;
    return goOn;
  });
  for (let i = 0; i < 5; i++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    await new Promise((resolve) => setImmediate(resolve));
    await fetch("data:,hello").then((response) => response.text());
  }
  goOn = false;
  return spins;
}

const spinners: [string, (loop: EventLoop, goOn: () => boolean) => void][] = [
  [
    "a callback that adds itself",
    (loop, goOn) => {
      const spin = () => {
        if (goOn()) loop.callSoon(spin);
      };
      loop.callSoon(spin);
    },
  ],
  [
    "a runnable that adds itself",
    (loop, goOn) => {
      const spinner = {
        run() {
          if (goOn()) loop.enqueue(spinner);
        },
      };
      loop.enqueue(spinner);
    },
  ],
  [
    "a runnable that native promises add again",
    (loop, goOn) => {
      const spinner = {
        run() {
          Promise.resolve().then(() => {
            if (goOn()) loop.enqueue(spinner);
          });
        },
      };
      loop.enqueue(spinner);
    },
  ],
  [
    "a timer without delay that sets itself",
    (loop, goOn) => {
      const spin = () => {
        if (goOn()) loop.callLater(0, spin);
      };
      loop.callLater(0, spin);
    },
  ],
];

describe.for(spinners)("%s", ([, spin]) => {
  test("leaves the host its turns, on the default loop", async () => {
    const loop = getEventLoop() as EventLoop;
    expect(await turnsOfTheHost((goOn) => spin(loop, goOn))).toBeGreaterThan(10);
  });

  test.for([true, false])("leaves the host its turns, on a new loop with exact: %s", async (exact) => {
    const loop = newEventLoop({ exact });
    const running = loop.runForever();
    expect(await turnsOfTheHost((goOn) => spin(loop, goOn))).toBeGreaterThan(10);
    loop.stop();
    await running;
  });

  test("leaves the host its turns, on a virtual clock", async () => {
    const loop = newVirtualLoop();
    const running = loop.runForever();
    expect(await turnsOfTheHost((goOn) => spin(loop, goOn))).toBeGreaterThan(10);
    loop.stop();
    await running;
  });

  test("leaves other callbacks and promises their turns", async () => {
    const loop = newEventLoop();
    const running = loop.runForever();
    let goOn = true;
    const counts = { spins: 0, callbacks: 0, promises: 0 };
    spin(loop, () => {
      counts.spins++;
      return goOn;
    });
    const callback = () => {
      counts.callbacks++;
      if (goOn) loop.callSoon(callback);
    };
    loop.callSoon(callback);
    const promises = (async () => {
      // Each step of it takes one of the loop's.
      while (goOn) {
        counts.promises++;
        await new Promise<void>((resolve) => loop.callSoon(resolve));
      }
    })();
    await new Promise((resolve) => setTimeout(resolve, 20));
    goOn = false;
    await promises;
    loop.stop();
    await running;
    const most = Math.max(...Object.values(counts));
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(most / 4);
  });
});

test("timers that follow one another on a virtual clock leave the host its turns", async () => {
  const loop = newVirtualLoop();
  let hostTimer = false;
  setTimeout(() => {
    hostTimer = true;
  }, 1);
  const tick = () => {
    if (hostTimer) loop.stop();
    else loop.callLater("1h", tick);
  };
  loop.callSoon(tick);
  await loop.runForever();
  expect(loop.time()).toBeGreaterThan(0);
});

test("what callbacks of I/O wake runs when all that has come so far was handed on", async () => {
  const loop = newEventLoop();
  const running = loop.runForever();
  const steps: string[] = [];
  // As a transport calls a protocol.
  const arrive = (name: string) => {
    registry.runningLoop = loop;
    loop.callSoon(() => steps.push(`${name} runs`));
    registry.runningLoop = null;
    steps.push(`${name} has come`);
  };
  await new Promise<void>((resolve) => {
    setTimeout(() => {
      arrive("one");
      // Between two callbacks of the host come its ticks and microtasks: a turn for each callback would run here.
      process.nextTick(() => Promise.resolve().then(() => process.nextTick(() => process.nextTick(arrive, "two"))));
      setImmediate(resolve);
    }, 1);
  });
  expect(steps).toEqual(["one has come", "two has come", "one runs", "two runs"]);
  loop.stop();
  await running;
});
