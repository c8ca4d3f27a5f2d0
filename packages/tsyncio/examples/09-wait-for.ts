// A timeout that stops the work, unlike Promise.race, which stops the waiting only.
import { isTimeoutError, sleep, waitFor } from "tsyncio";

async function eternity() {
  try {
    await sleep("1h");
  } finally {
    console.log("eternity: stopped");
  }
}

export async function main() {
  try {
    await waitFor(eternity, "300ms");
  } catch (error) {
    if (!isTimeoutError(error)) throw error;
    console.log("main: timeout");
  }
}
