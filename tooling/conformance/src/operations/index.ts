// All operations and kinds of objects there are. A new package's operations are one more table in the list.
import type { ObjectSpecification, Program } from "../program.ts";
import type { Runtime } from "../runtime.ts";
import { operationsOf } from "../walk.ts";
import { futures } from "./futures.ts";
import { general } from "./general.ts";
import { queues } from "./queues.ts";
import { synchronization } from "./synchronization.ts";
import type { BlockBody, OperationTable } from "./table.ts";
import { tasks } from "./tasks.ts";
import { timers } from "./timers.ts";

const TABLES: readonly OperationTable[] = [general, tasks, futures, timers, synchronization, queues];

// From here on the arguments are what the program's text says: the tables' own types end here.
type Perform = (runtime: Runtime, ...args: unknown[]) => unknown;
type Open = (runtime: Runtime, body: BlockBody, ...args: unknown[]) => unknown;
type Make = (runtime: Runtime, name: string, specification: ObjectSpecification) => void;

function merged<T>(part: keyof OperationTable): ReadonlyMap<string, T> {
  return new Map(TABLES.flatMap((table) => Object.entries(table[part] ?? {}) as [string, T][]));
}

export const synchronous: ReadonlyMap<string, Perform> = merged("synchronous");
export const awaiting: ReadonlyMap<string, Perform> = merged("awaiting");
export const blocks: ReadonlyMap<string, Open> = merged("blocks");
const objects: ReadonlyMap<string, Make> = merged("objects");

/** What the compiler turns into JavaScript by itself. */
const CONTROL = new Set(["return", "break", "reraise", "try", "if", "repeat", "call", "asCompleted"]);

/** The operations and types of objects in the program that no table has: it cannot be run. */
export function unknownNames(program: Program): Set<string> {
  const unknown = new Set<string>();
  for (const { type } of Object.values(program.objects ?? {})) if (!objects.has(type)) unknown.add(type);
  for (const [name] of operationsOf(program)) {
    if (!(synchronous.has(name) || awaiting.has(name) || blocks.has(name) || CONTROL.has(name))) unknown.add(name);
  }
  return unknown;
}

/** Makes what the program declares, in order. */
export function makeObjects(runtime: Runtime): void {
  for (const [name, specification] of Object.entries(runtime.program.objects ?? {})) {
    objects.get(specification.type)?.(runtime, name, specification);
  }
}
