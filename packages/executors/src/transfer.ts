import { describe } from "@tsyncio/contract";
import { shared } from "./shared.js";

/** What a thread can be handed over instead of a copy. */
export type Transferable =
  Exclude<Parameters<typeof structuredClone>[1], undefined> extends { transfer?: infer L }
    ? L extends readonly (infer X)[]
      ? X
      : never
    : never;

const lists = shared("transfers.1", () => new WeakMap<object, readonly Transferable[]>());

/**
 * Hands `value` over to the thread that gets it as an argument, or back to the loop as a result, instead of copying it: what is in
 * `list` can't be used here any more. Left out: its own memory, or `value` itself where it is a port or a stream. Gives `value`.
 *
 *     await toThread(resize, transfer(pixels));
 *
 * @throws `TypeError` for what can't be handed over.
 */
export function transfer<T extends object>(value: T, list?: readonly Transferable[]): T {
  if (typeof value !== "object" || value === null) {
    throw new TypeError(`transfer() takes an object, got ${describe(value)}`);
  }
  const items = list ?? [(ArrayBuffer.isView(value) ? value.buffer : value) as Transferable];
  if (!Array.isArray(items)) throw new TypeError(`list must be an array, got ${describe(list)}`);
  for (const item of items) checkTransferable(item);
  lists.set(value, items);
  return value;
}

/** What {@link transfer} said of these values, taken up: a second use of the same value is a copy again. */
export function takeTransfers(values: readonly unknown[]): readonly Transferable[] {
  let all: Transferable[] | null = null;
  for (const value of values) {
    if (typeof value !== "object" || value === null) continue;
    const list = lists.get(value);
    if (list === undefined) continue;
    lists.delete(value);
    all ??= [];
    for (const item of list) if (!all.includes(item)) all.push(item);
  }
  return all ?? NOTHING;
}

const NOTHING: readonly Transferable[] = Object.freeze([]);

export function isShared(value: unknown): boolean {
  return typeof SharedArrayBuffer === "function" && value instanceof SharedArrayBuffer;
}

/** Whether it was handed over: known from Node 22 on. */
export function isDetached(buffer: ArrayBuffer): boolean {
  return (buffer as { detached?: boolean }).detached === true;
}

/** By name: the classes are not all global on every host. */
const TRANSFERABLE = /^(MessagePort|FileHandle|(Readable|Writable|Transform)Stream)$/;

/** Whether it can be handed over, and can't be copied. */
export function isTransferable(value: object): boolean {
  return TRANSFERABLE.test(value.constructor?.name ?? "");
}

function checkTransferable(item: unknown): void {
  if (isShared(item)) throw new TypeError("shared memory is not handed over: leave transfer() out");
  if (item instanceof ArrayBuffer) {
    if (isDetached(item)) throw new TypeError("an ArrayBuffer that was handed over already can't be transferred");
    return;
  }
  if (typeof item === "object" && item !== null && isTransferable(item)) return;
  throw new TypeError(`only ArrayBuffers, ports and streams can be transferred, got ${describe(item)}`);
}
