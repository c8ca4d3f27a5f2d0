import { builtin } from "./host.js";

/** What goes to or from a process: the arguments of a job, or its reply. */
export type Packed<V> = V | Uint8Array;

/**
 * Makes bytes of it, at once: what the caller changes later does not matter, what can't be sent is told at the call, and the pool, which
 * clones everything twice, has nothing else to clone. A list of primitives stays what it is, for that takes half the time.
 */
export function pack<V extends readonly unknown[]>(value: V, isPrimitive: boolean): Packed<V> {
  return isPrimitive ? value : builtin("node:v8").serialize(value);
}

export function unpack<V extends readonly unknown[]>(packed: Packed<V>): V {
  return packed instanceof Uint8Array ? (builtin("node:v8").deserialize(packed) as V) : packed;
}
