import { createTask, currentTask, type Task } from "@tsyncio/tasks";
import { worldOf } from "@tsyncio/test-support";
import { waitFor } from "@tsyncio/timeouts";
import { describe, expect, it } from "vitest";

describe("a function that wants its task", () => {
  it("gets it from createTask and from waitFor, whatever the delay", async () => {
    const { loop, leave } = worldOf();
    const isItsTask = async (task: unknown) => task === currentTask();
    await loop.runUntilComplete(async () => {
      expect(await createTask(isItsTask)).toBe(true);
      expect(await waitFor(isItsTask, "1s")).toBe(true);
      expect(await waitFor(isItsTask, null)).toBe(true);
      const own: Task | null = currentTask();
      expect(await waitFor(async (task) => task.getName(), 5)).toBe(own?.getName());
    });
    leave();
  });
});
