// Errors that nobody reads are told, once; errors that somebody reads are not.
import { Future } from "@tsyncio/futures";
import { runProgram, worldOf } from "@tsyncio/test-support";
import { describe, expect, test } from "vitest";

const error = new RangeError("by zero");
const settled = () => new Promise((resolve) => setTimeout(resolve, 10));

/** What is reported of a failed future with which `use` does something. */
async function reportsAfter(use: (future: Future<number>) => unknown): Promise<string[]> {
  const { loop, takeReports, leave } = worldOf({ unreadErrorsAfter: "1ms" });
  const future = new Future<number>({ loop });
  future.setException(error);
  const result = use(future);
  await settled();
  await result;
  const reports = takeReports();
  leave();
  return reports;
}

test("an error that nobody reads is reported, with the future", async () => {
  expect(await reportsAfter(() => {})).toEqual(["Future exception was never retrieved: RangeError: by zero"]);
});

test.for([
  ["result()", (future: Future<number>) => expect(() => future.result()).toThrow(error)],
  ["exception()", (future: Future<number>) => future.exception()],
  ["await", (future: Future<number>) => expect(future).rejects.toBe(error)],
  ["then", (future: Future<number>) => future.then(null, () => {})],
  ["catch", (future: Future<number>) => future.catch(() => {})],
] as const)("an error that is read by %s is not reported", async ([, read]) => {
  expect(await reportsAfter(read)).toEqual([]);
});

test("reading the state, or observing the end, is not reading the error", async () => {
  const reports = await reportsAfter((future) => {
    future.done();
    future.cancelled();
    String(future);
    future.addDoneCallback(() => {});
  });
  expect(reports).toHaveLength(1);
});

test("the report is given the future, the error and where the future was made", async () => {
  const { loop, reports, leave } = worldOf({ unreadErrorsAfter: "1ms", debug: true });
  const future = new Future<number>({ loop });
  future.setException(error);
  await settled();
  const [report] = reports.splice(0);
  expect(report).toMatchObject({ message: "Future exception was never retrieved", exception: error });
  expect(report?.future === future).toBe(true);
  expect(String(report?.future)).toMatch(/created at .*unread-errors\.test\.ts/);
  leave();
});

// It came up to a whole time span late: after the first one's report another whole span was waited.
test("an error that comes while another one waits is reported when its own time is up", async () => {
  const { loop, takeReports, leave } = worldOf({ unreadErrorsAfter: "100ms" });
  new Future({ loop }).setException(error);
  await new Promise((resolve) => setTimeout(resolve, 40));
  new Future({ loop }).setException(error);
  await new Promise((resolve) => setTimeout(resolve, 130));
  expect(takeReports()).toHaveLength(2);
  leave();
});

test("an error that was reported is not reported again when the loop is closed", async () => {
  const { loop, takeReports, leave } = worldOf({ unreadErrorsAfter: "1ms" });
  new Future({ loop }).setException(error);
  await settled();
  expect(takeReports()).toHaveLength(1);
  leave();
});

test("an error is reported when the loop is closed before its time", () => {
  const { loop, takeReports } = worldOf();
  new Future({ loop }).setException(error);
  expect(takeReports()).toEqual([]);
  loop.close();
  expect(takeReports()).toHaveLength(1);
});

test("an error that somebody waits for on another loop is not reported, though its own loop is closed", async () => {
  const { loop, takeReports } = worldOf({ unreadErrorsAfter: "1ms" });
  const future = new Future({ loop });
  const waiter = future.then(null, (thrown) => thrown);
  loop.close();
  future.setException(error);
  expect(await waiter).toBe(error);
  await settled();
  expect(takeReports()).toEqual([]);
});

describe.concurrent("on the default loop", () => {
  const importAll = 'import { Future } from "@tsyncio/futures"; import { getEventLoop } from "@tsyncio/loop";';
  const run = (source: string) => runProgram(import.meta.dirname, importAll + source);

  test("an error that nobody reads is an unhandled rejection, as that of a promise", async () => {
    const { code, stderr } = await run('new Future().setException(new RangeError("by zero"));');
    expect(code).toBe(1);
    expect(stderr).toContain("RangeError: by zero");
  });

  test("it comes once, to who takes unhandled rejections, in about a second", async () => {
    const { code, stdout } = await run(`
      process.on("unhandledRejection", (error) => console.log("taken:", (error as Error).message));
      const alive = setTimeout(() => console.log("alive"), 1500);
      new Future().setException(new RangeError("by zero"));
    `);
    expect([code, stdout]).toEqual([0, "taken: by zero\nalive\n"]);
  });

  test("with an exception handler it goes there", async () => {
    const { code, stdout, stderr } = await run(`
      getEventLoop().setExceptionHandler((loop, { message, exception }) => console.log(message, String(exception)));
      new Future().setException(new RangeError("by zero"));
    `);
    expect([code, stdout, stderr]).toEqual([0, "Future exception was never retrieved RangeError: by zero\n", ""]);
  });
});
