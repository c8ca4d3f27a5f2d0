// A program becomes JavaScript as a user would write it: for each body a coroutine function, and around it another that
// tells of its beginning and end, which is what tasks are made of.
import type { Operations, Program } from "../program.ts";
import { callbackBodies } from "../walk.ts";
import { bodyContext, type Mode, type Syntax, WORDS } from "./context.ts";
import { compileOperations } from "./operations.ts";

/** The source of a function body; bodies.ts says which names it finds around it. */
export function compileProgram(program: Program, syntax: Syntax): string {
  const parts = program.bodies.map((operations, body) => compileBody(operations, body, syntax));
  for (const body of callbackBodies(program)) {
    parts.push(`callbacks.set(${body}, ${functionOf(program.bodies[body] ?? [], body, "callback")});`);
  }
  return parts.join("\n");
}

function functionOf(operations: Operations, body: number, mode: Mode): string {
  const code = compileOperations(operations, bodyContext(mode, body));
  return `${WORDS[mode].head} body${body}() {\n${code}\nreturn null;\n}`;
}

function compileBody(operations: Operations, body: number, syntax: Syntax): string {
  const { head, wait } = WORDS[syntax];
  const inline = functionOf(operations, body, syntax);
  const reporting = `${head} coroutine${body}() {
line("${body}", "body", ">");
let value;
try {
value = ${wait} inline[${body}]();
} catch (error) {
line("${body}", "body", "!", error);
throw error;
}
line("${body}", "body", "<", value);
return value;
}`;
  // Calling a generator coroutine makes one; an async function stands for a new one itself, wherever it is given.
  return syntax === "generator"
    ? `inline[${body}] = coroutine(${inline});\nsources[${body}] = coroutine(${reporting});`
    : `inline[${body}] = ${inline};\n${reporting}\nsources[${body}] = () => coroutine${body};`;
}
