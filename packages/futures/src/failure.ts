import type { Waitable } from "@tsyncio/contract";

/**
 * What a future that is done failed with, a cancellation included; `null` when it has a result. `exception()` can't tell: code may
 * throw `null`, too. Counts as reading the error.
 */
export function failureOf(future: Waitable): { readonly error: unknown } | null {
  try {
    future.result();
    return null;
  } catch (error) {
    return { error };
  }
}
