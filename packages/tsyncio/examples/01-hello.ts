// A coroutine that waits without holding up anyone else.
import { sleep } from "tsyncio";

export async function main() {
  console.log("Hello ...");
  await sleep("500ms");
  console.log("... world!");
}
