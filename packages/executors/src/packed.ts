import { builtin } from "./host.js";

/** A message on its way to or from a process. */
export type Packed<M> = M | Uint8Array;

/**
 * Makes bytes of a message, at once: the pool would clone it twice, and an error would come too late. One of nothing but primitives stays what
 * it is, for that takes half the time.
 */
export function pack<M extends readonly unknown[]>(message: M, isPrimitive: boolean): Packed<M> {
  return isPrimitive ? message : builtin("node:v8").serialize(message);
}

export function unpack<M extends readonly unknown[]>(packed: Packed<M>): M {
  return Array.isArray(packed) ? (packed as unknown as M) : (builtin("node:v8").deserialize(packed as Uint8Array) as M);
}
