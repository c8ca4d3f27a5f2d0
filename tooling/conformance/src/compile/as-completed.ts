// asCompleted: the one operation that iterates, over coroutines (plain) or over the futures themselves (async).
import type { ControlArguments } from "../program.ts";
import { type Context, WORDS } from "./context.ts";

export function compileAsCompleted(args: readonly unknown[], at: string, { mode }: Context): string {
  const [awaitables, timeout, iteration, swallow] = args as ControlArguments["asCompleted"];
  const source = `completions(${JSON.stringify(awaitables)}, ${timeout})`;
  return `{
line(\`${at}\`, "asCompleted", ">");
try {
${iteration === "plain" ? plain(source, at, swallow, WORDS[mode].wait) : overFutures(source, at, mode === "async")}
} catch (error) {
line(\`${at}\`, "asCompleted", "!", error);
throw error;
}
line(\`${at}\`, "asCompleted", "<", null);
}`;
}

function plain(source: string, at: string, swallow: boolean, wait: string): string {
  return `for (const next of ${source}) {
try {
line(\`${at}\`, "asCompleted", "+", ${wait} next);
} catch (error) {
line(\`${at}\`, "asCompleted", "+!", error);
${swallow ? 'if (!matches(error, ["Exception"])) throw error;' : "throw error;"}
}
}`;
}

function overFutures(source: string, at: string, async: boolean): string {
  const line = `line(\`${at}\`, "asCompleted", "+", task);`;
  return async
    ? `for await (const { task } of ${source}) ${line}`
    : `yield* forEach(${source}, function* ({ task }) {\n${line}\n});`;
}
