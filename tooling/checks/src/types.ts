// Tests (the type tests among them), examples and tooling type-check against the built packages.
import type { Check } from "./check.ts";
import { command } from "./command.ts";

export const types: Check = {
  name: "types",
  async run() {
    const everywhere = await command("turbo", [
      "run",
      "typecheck",
      "--concurrency=2",
      "--continue",
      "--output-logs=errors-only",
      "--no-color",
    ]);
    const atTheRoot = await command("tsc", ["-p", "."]);
    return [everywhere, atTheRoot].filter(({ ok }) => !ok).map(({ output }) => output);
  },
};
