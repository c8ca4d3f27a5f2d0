// A group of tasks: when one fails, the others are cancelled, and the group ends when all of them have. Nothing is left behind.
import { type Delay, ExceptionGroup, sleep, taskGroup } from "tsyncio";

async function download(name: string, delay: Delay) {
  try {
    await sleep(delay);
    console.log(`${name}: complete`);
  } catch (error) {
    console.log(`${name}: stopped half-way`);
    throw error;
  }
}

async function fail(delay: Delay) {
  await sleep(delay);
  throw new Error("the disk is full");
}

export async function main() {
  try {
    await taskGroup(async (group) => {
      group.createTask(() => download("news", "100ms"));
      group.createTask(() => download("film", "1h"));
      group.createTask(() => fail("200ms"));
    });
  } catch (error) {
    if (!(error instanceof ExceptionGroup)) throw error;
    console.log(`${error.message}: ${error.errors.join(", ")}`);
  }
}
