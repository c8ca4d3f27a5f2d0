// A future is a postbox: a callback puts something in, a coroutine waits for it.

import { type Stats, stat } from "node:fs";
import { Future, fromCallback, getRunningLoop } from "tsyncio";

export async function main() {
  const postbox = new Future<string>();
  getRunningLoop().callLater("200ms", () => postbox.setResult("a letter"));
  console.log(`the postbox is ${postbox.done() ? "full" : "empty"}; waiting ...`);
  console.log(`... and got ${await postbox}`);

  // Node's own callbacks, as futures.
  const stats = await fromCallback<Stats>((callback) => stat(import.meta.filename, callback));
  console.log(`this example is a ${stats.isFile() ? "file" : "mystery"}`);
}
