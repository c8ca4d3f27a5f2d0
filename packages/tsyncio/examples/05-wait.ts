// wait says who is done and who is not, after a time or when the first one is. It cancels nobody: that is up to you.
import { createTask, sleep, wait } from "tsyncio";

export async function main() {
  const [hare, fox, tortoise] = [
    createTask(sleep("100ms"), { name: "hare" }),
    createTask(sleep("200ms"), { name: "fox" }),
    createTask(sleep("1h"), { name: "tortoise" }),
  ];
  const [done, pending] = await wait([tortoise, fox, hare], { timeout: "300ms" });

  for (const task of done) console.log(`${task.getName()}: done`);
  for (const task of pending) {
    console.log(`${task.getName()}: still on its way, and called back`);
    task.cancel();
  }
}
