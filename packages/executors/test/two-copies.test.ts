import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { queueProxy, remote, ThreadPoolExecutor, transfer } from "@tsyncio/executors";
import { Queue } from "@tsyncio/sync";
import { afterAll, expect, test } from "vitest";
import { add, sum } from "./work/functions.ts";

const work = new URL("./work/functions.ts", import.meta.url);

/** Another copy of this package, as a second version of it in `node_modules` would be. */
const folder = mkdtempSync(join(import.meta.dirname, "..", "node_modules", "copy-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function anotherCopy(): Promise<typeof import("@tsyncio/executors")> {
  cpSync(join(import.meta.dirname, "..", "dist"), folder, { recursive: true });
  return await import(pathToFileURL(join(folder, "index.js")).href);
}

// The function that one copy was told of was no export for the other, which read its text, and said that it uses what it does not define.
test("what one copy is told of functions, transfers and queues, an executor of another one knows", async () => {
  const { ThreadPoolExecutor: OtherExecutor, transfer: otherTransfer } = await anotherCopy();
  expect(OtherExecutor).not.toBe(ThreadPoolExecutor);
  await using pool = new OtherExecutor(1);
  expect(await pool.submit(remote(work, add), 1, 2)).toBe(3);
  for (const hand of [transfer, otherTransfer]) {
    const bytes = new Uint8Array([1, 2, 3]);
    expect(await pool.submit(remote(work, sum), hand(bytes))).toBe(6);
    expect(bytes.length).toBe(0);
  }
  const queue = new Queue<number>();
  await pool.submit(async (items) => void (await items.put(5)), queueProxy(queue));
  expect(queue.getNowait()).toBe(5);
});
