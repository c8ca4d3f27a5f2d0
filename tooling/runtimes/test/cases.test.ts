// The cases on Node 24, where all other tests run; `npm run test:runtimes` has them on the other runtimes.
import { test } from "vitest";
import { caseFiles, casesOf } from "../dist/all-cases.js";

for (const file of await caseFiles()) {
  for (const [name, each] of await casesOf(file)) {
    test.skipIf(each.skip?.node24)(name, () => each.run(), 60_000);
  }
}
