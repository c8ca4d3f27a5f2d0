import type { Check } from "./check.ts";
import { command } from "./command.ts";

export const lint: Check = {
  name: "lint",
  async run() {
    const { ok, output } = await command("biome", ["ci", "--colors=off", "--error-on-warnings", "."]);
    return ok ? [] : [output];
  },
};
