import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import type { Meter } from "../../src/child/meters.ts";

export type Kind = "echo" | "sink" | "lines" | "visit" | "idle";

const client = join(import.meta.dirname, "client.mjs");

/** Has a client talk to the server at `port`, and measures from its first request to its last. */
export async function underLoad(port: number, kind: Kind, connections: number, n: number, meter: Meter): Promise<void> {
  const child = spawn(process.execPath, [client, kind, String(port), String(connections), String(n)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  await said(child, "ready");
  meter.begin();
  child.stdin.write("go\n");
  await said(child, "done");
  meter.end();
  child.stdin.end();
}

/** The next thing that the client says is `word`. */
function said(child: ChildProcess, word: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new Error(`the client ended before it was ${word}`));
    child.once("exit", stop);
    child.stdout?.once("data", (data) => {
      child.off("exit", stop);
      if (String(data).trim() === word) resolve();
      else reject(new Error(`the client said ${data}`));
    });
  });
}

/** How much is written at a time in the bulk cases. */
export const sizes: { readonly bulk64k: number; readonly bulk1m: number } = { bulk64k: 64 * 1024, bulk1m: 1024 * 1024 };
