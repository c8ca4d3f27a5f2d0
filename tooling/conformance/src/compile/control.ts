// Operations that are statements of JavaScript: return, break, reraise, try, if, repeat.
import type { ControlArguments } from "../program.ts";
import type { Context } from "./context.ts";
import { compileOperations } from "./operations.ts";

type Control = (args: readonly unknown[], at: string, context: Context) => string;

export const CONTROL: ReadonlyMap<string, Control> = new Map([
  ["return", compileReturn],
  ["break", compileBreak],
  ["reraise", compileReraise],
  ["try", compileTry],
  ["if", compileIf],
  ["repeat", compileRepeat],
]);

function compileReturn([value]: readonly unknown[], at: string, context: Context): string {
  const json = JSON.stringify(value);
  return `line(\`${at}\`, "return", "=", ${json});\nreturn ${context.inBlock ? `{ value: ${json} }` : json};`;
}

function compileBreak(_args: readonly unknown[], at: string, context: Context): string {
  return `line(\`${at}\`, "break", "=", null);\n${leaveLoop(context)}`;
}

/** Leaves the innermost loop; where there is none, the body. A block passes it on (see blocks.ts). */
export function leaveLoop({ inLoop, inBlock }: Context): string {
  if (inLoop) return "break;";
  return inBlock ? "return BREAK;" : "return null;";
}

function compileReraise(_args: readonly unknown[], at: string, { caught }: Context): string {
  if (caught === null) throw new Error(`reraise outside of a handler, at ${at}`);
  return `line(\`${at}\`, "reraise", "!", ${caught});\nthrow ${caught};`;
}

function compileTry(args: readonly unknown[], at: string, context: Context): string {
  const [body, handlers, final] = args as ControlArguments["try"];
  const caught = context.fresh("error");
  const clauses = handlers.map(
    ([names, operations], i) => `if (matches(${caught}, ${JSON.stringify(names)})) {
line(\`${at}\`, "except", "=", ${caught});
${compileOperations(operations, { ...context, path: `${at}.h${i}.`, caught })}
} else `,
  );
  let code = `try {\n${compileOperations(body, { ...context, path: `${at}.t.` })}\n}`;
  if (clauses.length > 0 || final === null) code += ` catch (${caught}) {\n${clauses.join("")}throw ${caught};\n}`;
  if (final === null) return code;
  const operations = compileOperations(final, { ...context, path: `${at}.f.`, caught: null });
  return `${code} finally {\nline(\`${at}\`, "finally", ">");\n${operations}\n}`;
}

function compileIf(args: readonly unknown[], at: string, context: Context): string {
  const [predicate, yes, no] = args as ControlArguments["if"];
  return `if (holds(\`${at}\`, ${JSON.stringify(predicate)})) {
${compileOperations(yes, { ...context, path: `${at}.y.` })}
} else {
${compileOperations(no, { ...context, path: `${at}.n.` })}
}`;
}

function compileRepeat(args: readonly unknown[], at: string, context: Context): string {
  const [rounds, operations] = args as ControlArguments["repeat"];
  const round = context.fresh("round");
  return `for (let ${round} = 0; ${round} < ${rounds}; ${round}++) {
${compileOperations(operations, { ...context, path: `${at}.r\${${round}}.`, inLoop: true })}
}`;
}
