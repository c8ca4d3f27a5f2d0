// A list of operations becomes a list of statements.
import { awaiting, blocks } from "../operations/index.ts";
import { hasName } from "../operations/names.ts";
import type { Operation, Operations } from "../program.ts";
import { compileAsCompleted } from "./as-completed.ts";
import { compileBlock } from "./blocks.ts";
import { type Context, WORDS } from "./context.ts";
import { CONTROL } from "./control.ts";

export function compileOperations(operations: Operations, context: Context): string {
  return operations.map((operation, i) => compileOperation(operation, `${context.path}${i}`, context)).join("\n");
}

function compileOperation(operation: Operation, at: string, context: Context): string {
  const [name, ...args] = operation;
  const control = CONTROL.get(name);
  if (control !== undefined) return control(args, at, context);
  if (name === "asCompleted") return whenSet(name, args, at, compileAsCompleted(args, at, context));
  if (blocks.has(name)) return compileBlock(operation, at, context);
  if (name === "call") return compileWait(name, at, `inline[${args[0]}]()`, context);
  if (awaiting.has(name)) {
    return whenSet(name, args, at, compileWait(name, at, `start("${name}", ${JSON.stringify(args)})`, context));
  }
  return `perform(\`${at}\`, "${name}", ${JSON.stringify(args)});`;
}

/** Runs the block, or, when the operation names something that is not set, writes that it is skipped. */
function whenSet(name: string, args: readonly unknown[], at: string, block: string): string {
  return hasName(name) ? `if (ready(\`${at}\`, "${name}", ${JSON.stringify(args)})) ${block}` : block;
}

/** A block that waits for what an expression gives. */
function compileWait(name: string, at: string, awaitable: string, context: Context): string {
  return `{
line(\`${at}\`, "${name}", ">");
let value;
try {
value = ${WORDS[context.mode].wait} ${awaitable};
} catch (error) {
line(\`${at}\`, "${name}", "!", error);
throw error;
}
line(\`${at}\`, "${name}", "<", value);
}`;
}
