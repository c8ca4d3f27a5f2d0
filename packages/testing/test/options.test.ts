import { failureOf } from "@tsyncio/test-support";
import { cancelSweep, explore, leakScope, runVirtual } from "@tsyncio/testing";
import { expect, it } from "vitest";

const nothing = async () => {};

it.each([
  // Explored without any cancellation, and found nothing.
  ["explore()", () => explore(nothing, { cancelations: 1 } as never), "cancellations"],
  ["cancelSweep()", () => cancelSweep(nothing, {}, { may_fail: () => true } as never), "mayFail"],
  ["runVirtual()", () => runVirtual(nothing, { realTimelimit: "1s" } as never), "realTimeLimit"],
  ["LeakScope()", () => leakScope(nothing, { setle: "1s" } as never), "settle"],
])("%s refuses an option that there is none of", async (who, call, meant) => {
  const error = await failureOf(Promise.resolve().then(() => call() as Promise<unknown>));
  expect(error).toBeInstanceOf(TypeError);
  expect(String(error)).toMatch(new RegExp(`${who.slice(0, -2)}\\(\\) got an .* Did you mean '${meant}'\\?$`));
});
