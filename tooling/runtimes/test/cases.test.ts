// The cases on Node 24, where all other tests run; `npm run test:runtimes` has them on the other runtimes.
import { test } from "vitest";
import { allCases } from "../dist/all-cases.js";

for (const [name, each] of await allCases()) {
  test.skipIf(each.skip?.node24)(name, () => each.run());
}
