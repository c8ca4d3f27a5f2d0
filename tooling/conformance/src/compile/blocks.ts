// Blocks: a scope that takes its body as a function. `return` and `break` inside have to reach the code around it, so
// the function returns how it was left: nothing at its end, BREAK, or `{ value }` for a `return`.
import type { Operation, Operations } from "../program.ts";
import { type Context, WORDS } from "./context.ts";
import { leaveLoop } from "./control.ts";
import { compileOperations } from "./operations.ts";

/** Where the program finds the scope while and after the block runs. */
const SCOPE_TABLES: ReadonlyMap<string, string> = new Map([
  ["timeout", "timeouts"],
  ["timeoutAt", "timeouts"],
  ["taskGroup", "groups"],
]);

export function compileBlock(operation: Operation, at: string, context: Context): string {
  const [name, ...args] = operation;
  const operations = args.pop() as Operations;
  const { head, wait } = WORDS[context.mode];
  const left = context.fresh("left");
  return `line(\`${at}\`, "${name}", ">");
let ${left};
try {
${left} = ${wait} open("${name}", ${JSON.stringify(args)}, ${head} (scope) {
${storeScope(name, args[0] as string)}${compileBody(name, operations, at, context)}
});
} catch (error) {
line(\`${at}\`, "${name}", "!", error);
throw error;
}
line(\`${at}\`, "${name}", "<", null);
${passOn(left, context)}`;
}

function storeScope(name: string, scope: string): string {
  const table = SCOPE_TABLES.get(name);
  return table === undefined ? "" : `runtime.${table}.set(${JSON.stringify(scope)}, scope);\n`;
}

/** The operations of the block, and the line that tells how they ended, before the scope is left. */
function compileBody(name: string, operations: Operations, at: string, context: Context): string {
  const failed = context.fresh("failed");
  return `let ${failed} = false;
try {
${compileOperations(operations, { ...context, path: `${at}.b.`, inLoop: false, inBlock: true })}
} catch (error) {
${failed} = true;
line(\`${at}\`, "${name}", "~!", error);
throw error;
} finally {
if (!${failed}) line(\`${at}\`, "${name}", "~");
}`;
}

function passOn(left: string, context: Context): string {
  return `if (${left} === BREAK) ${leaveLoop(context)}
if (${left} !== undefined) return ${context.inBlock ? left : `${left}.value`};`;
}
