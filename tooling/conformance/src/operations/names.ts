// Which argument of an operation names something that must be there (marked `*` in the language): the operation is
// skipped, with a line `?`, when it is not.
import type { Runtime } from "../runtime.ts";

type Table = "slots" | "handles" | "groups" | "timeouts";

const FIRST_IS_SLOT = [
  ...["await", "gather", "shield", "wait", "waitFor", "asCompleted"],
  ...["cancel", "cancelling", "uncancel", "taskName", "setName"],
  ...["done", "cancelled", "result", "exception", "setResult", "setException", "addCallback", "removeCallback"],
];

const NAMES = new Map<string, readonly [argument: number, table: Table]>([
  ...FIRST_IS_SLOT.map((operation) => [operation, [0, "slots"]] as const),
  ["gatherTo", [1, "slots"]],
  ["shieldTo", [1, "slots"]],
  ["tgSpawn", [0, "groups"]],
  ["cancelHandle", [0, "handles"]],
  ["handleCancelled", [0, "handles"]],
  ["reschedule", [0, "timeouts"]],
  ["expired", [0, "timeouts"]],
  ["when", [0, "timeouts"]],
]);

/** Whether an argument of the operation has to be set. */
export function hasName(operation: string): boolean {
  return NAMES.has(operation);
}

/** Whether the operation names nothing that is not set. Body indices and `null` are no names. */
export function namesAreSet(runtime: Runtime, operation: string, args: readonly unknown[]): boolean {
  const entry = NAMES.get(operation);
  if (entry === undefined) return true;
  const [argument, table] = entry;
  return [args[argument]].flat().every((name) => typeof name !== "string" || runtime[table].has(name));
}
