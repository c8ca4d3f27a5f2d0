// Programs of their own: what Ctrl-C and its like do to a run.
import { type ProgramOptions, runProgram, startProgram } from "@tsyncio/test-support";
import { describe, expect, test } from "vitest";

const imports = `
  import { isCancelledError, KeyboardInterrupt, SystemExit } from "@tsyncio/contract";
  import { Future } from "@tsyncio/futures";
  import { getRunningLoop } from "@tsyncio/loop";
  import { createTask } from "@tsyncio/tasks";
  import { run, Runner } from "@tsyncio/runner";
  /** Waits for a timer that holds the process. */
  function pause(seconds) {
    const future = new Future();
    getRunningLoop().callLater(seconds, () => future.done() || future.setResult());
    return future;
  }
  const tell = (error) => console.log(error.name, error.code ?? "");
`;

/** Starts a program, and sends it each signal when it has printed the text in front of it. */
async function send(source: string, signals: [text: string, signal: NodeJS.Signals][], options?: ProgramOptions) {
  const { process, printed, ended } = startProgram(import.meta.dirname, imports + source, options);
  for (const [text, signal] of signals) {
    await printed(text);
    process.kill(signal);
  }
  const { code, signal, stdout, stderr } = await ended;
  return { code, signal, lines: stdout.split("\n").slice(0, -1), stderr };
}

const cleaningUp = `
  async function main() {
    try { console.log("up"); await pause(60); }
    finally { console.log("cleans up"); await pause(0.02); console.log("clean"); }
  }
`;

describe.concurrent("SIGINT", () => {
  test("cancels main, whose clean-up runs, and run throws a KeyboardInterrupt", async () => {
    const { code, lines } = await send(`${cleaningUp} await run(main).catch(tell); console.log("goes on");`, [
      ["up", "SIGINT"],
    ]);
    expect([code, ...lines]).toEqual([0, "up", "cleans up", "clean", "KeyboardInterrupt ", "goes on"]);
  });

  test("cancels generator coroutines as well, and the tasks that are left", async () => {
    const { lines } = await send(
      `function* background() { try { yield* pause(60); } finally { console.log("background clean"); } }
       function* main() { createTask(background); try { yield* pause(0); console.log("up"); yield* pause(60); } finally { console.log("clean"); } }
       await run(main).catch(tell);`,
      [["up", "SIGINT"]],
    );
    expect(lines).toEqual(["up", "clean", "background clean", "KeyboardInterrupt "]);
  });

  test("a second one ends the process at once, with code 130", async () => {
    const { code, signal, lines } = await send(
      `async function main() { try { console.log("up"); await pause(60); } finally { console.log("cleans up"); await pause(60); } }
       await run(main);`,
      [
        ["up", "SIGINT"],
        ["cleans up", "SIGINT"],
      ],
    );
    expect([code, signal, ...lines]).toEqual([130, null, "up", "cleans up"]);
  });

  test("is taken by a main that goes on, whose result is the run's", async () => {
    const { code, lines } = await send(
      `async function main() {
         try { console.log("up"); await pause(60); } catch (error) { console.log(isCancelledError(error)); }
         return "result";
       }
       console.log(await run(main));`,
      [["up", "SIGINT"]],
    );
    expect([code, ...lines]).toEqual([0, "up", "true", "result"]);
  });

  test("is left to a program that listened before", async () => {
    const { code, lines } = await send(
      `process.on("SIGINT", () => console.log("mine"));
       async function main() { console.log("up"); await pause(0.2); return "end"; }
       console.log(await run(main));`,
      [["up", "SIGINT"]],
    );
    expect([code, ...lines]).toEqual([0, "up", "mine", "end"]);
  });

  test("is left to a program that has come to listen: through the loop, and through the host", async () => {
    const program = (listen: string) =>
      send(
        `async function main() { const told = new Future(); ${listen}; console.log("up"); console.log(await told); return "end"; }
         console.log(await run(main));`,
        [["up", "SIGINT"]],
      );
    const [loop, host] = await Promise.all([
      program('getRunningLoop().addSignalHandler("SIGINT", () => told.setResult("told"))'),
      program(
        'process.on("SIGINT", () => told.setResult("told")); const hold = setTimeout(() => {}, 2_000).unref(); pause(1)',
      ),
    ]);
    expect(loop).toMatchObject({ code: 0, lines: ["up", "told", "end"] });
    expect(host).toMatchObject({ code: 0, lines: ["up", "told", "end"] });
  });

  test("does what the host does when no run is left", async () => {
    const { code, signal } = await send(`await run(async () => {}); console.log("up"); setTimeout(() => {}, 10_000);`, [
      ["up", "SIGINT"],
    ]);
    expect([code, signal]).toEqual([null, "SIGINT"]);
  });

  test("ends one program of a Runner, which runs the next", async () => {
    const { lines } = await send(
      `await using runner = new Runner();
       await runner.run(async () => { console.log("up"); await pause(60); }).catch(tell);
       console.log(await runner.run(async () => { await pause(0); return "next"; }));`,
      [["up", "SIGINT"]],
    );
    expect(lines).toEqual(["up", "KeyboardInterrupt ", "next"]);
  });
});

describe.concurrent("the signals option", () => {
  const serve = `await run(async () => { try { console.log("up"); await new Future(); } finally { console.log("clean"); } }, { signals: ["SIGINT", "SIGTERM"] }).catch(tell);`;

  test("holds the process, which waits for nothing else, until the signal comes", async () => {
    const ends = await Promise.all([send(serve, [["up", "SIGINT"]]), send(serve, [["up", "SIGTERM"]])]);
    expect(ends.map(({ code, lines }) => [code, ...lines])).toEqual([
      [0, "up", "clean", "KeyboardInterrupt "],
      [0, "up", "clean", "SystemExit 143"],
    ]);
  });

  test("a second signal ends the process at once, with the code of that signal", async () => {
    const { code, lines } = await send(
      `await run(async () => { try { console.log("up"); await new Future(); } finally { console.log("cleans up"); await new Future(); } }, { signals: ["SIGINT", "SIGTERM"] });`,
      [
        ["up", "SIGINT"],
        ["cleans up", "SIGTERM"],
      ],
    );
    expect([code, ...lines]).toEqual([143, "up", "cleans up"]);
  });

  test("of no signals leaves them all to the host", async () => {
    const { code, signal, lines } = await send(`${cleaningUp} await run(main, { signals: [] });`, [["up", "SIGINT"]]);
    expect([code, signal, ...lines]).toEqual([null, "SIGINT", "up"]);
  });

  test("does not hold the process when main has ended", async () => {
    const { code } = await runProgram(
      import.meta.dirname,
      `${imports} await run(async () => {}, { signals: ["SIGINT", "SIGTERM"] });`,
    );
    expect(code).toBe(0);
  });
});
