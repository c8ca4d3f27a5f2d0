// Which operations a program consists of, however deep they lie.
import type { ControlArguments, Operation, Operations, Program } from "./program.ts";

/** The operations inside an operation. */
function* inside([name, ...args]: Operation): Generator<Operations> {
  if (name === "try") {
    const [body, handlers, final] = args as unknown as ControlArguments["try"];
    yield body;
    for (const [, operations] of handlers) yield operations;
    if (final !== null) yield final;
  } else if (name === "if") {
    yield* args.slice(1) as Operations[];
  } else if (BLOCKS.has(name)) {
    yield args.at(-1) as Operations;
  }
}

const BLOCKS = new Set(["repeat", "timeout", "timeoutAt", "taskGroup", "asyncWith"]);

function* walk(operations: Operations): Generator<Operation> {
  for (const operation of operations) {
    yield operation;
    for (const inner of inside(operation)) yield* walk(inner);
  }
}

export function* operationsOf(program: Program): Generator<Operation> {
  for (const body of program.bodies) yield* walk(body);
}

const TAKES_CALLBACK = new Set(["addCallback", "callSoon", "callLater", "callAt"]);

/** The indices of the bodies that run as callbacks of the loop or of a future. */
export function callbackBodies(program: Program): Set<number> {
  const bodies = new Set<number>();
  for (const operation of operationsOf(program)) {
    if (TAKES_CALLBACK.has(operation[0])) bodies.add(operation.at(-1) as number);
  }
  return bodies;
}
