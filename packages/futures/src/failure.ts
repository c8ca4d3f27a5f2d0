import type { Sink, Waitable } from "@tsyncio/contract";

/** Tells `sink` what `target`, which is done, ended with. Counts as reading its error. */
export function tell<T>(target: Waitable<T>, sink: Sink<T>): void {
  if (target.tell !== undefined) {
    target.tell(sink);
    return;
  }
  let value: T;
  try {
    value = target.result();
  } catch (error) {
    sink.onError(error);
    return;
  }
  sink.onValue(value);
}

/**
 * What a future that is done failed with, a cancellation included; `null` when it has a result. `exception()` can't tell: code may
 * throw `null`, too. Counts as reading the error.
 */
export function failureOf(future: Waitable): { readonly error: unknown } | null {
  let failure: { readonly error: unknown } | null = null;
  const sink: Sink<unknown> = {
    onValue() {},
    onError(error) {
      failure = { error };
    },
  };
  tell(future, sink);
  return failure;
}
