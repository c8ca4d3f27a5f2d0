import { builtin } from "./host.js";

/** The arguments of a job, as they go to a process. */
export type Packed<V> = V | Uint8Array;

/**
 * Makes bytes of it, at once: what the caller changes later does not matter, and what can't be sent is told at the call. A list of
 * primitives stays what it is, for that takes half the time.
 */
export function pack<V extends readonly unknown[]>(value: V, isPrimitive: boolean): Packed<V> {
  return isPrimitive ? value : builtin("node:v8").serialize(value);
}

export function unpack<V extends readonly unknown[]>(packed: Packed<V>): V {
  return packed instanceof Uint8Array ? (builtin("node:v8").deserialize(packed) as V) : packed;
}
