import { isCall } from "@tsyncio/contract";

/** Whether a function that returned `value` has not ended yet: a promise, a future, a coroutine, or a generator object. */
export function isAwaitable(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (isCall(value) || typeof (value as Partial<PromiseLike<unknown>>).then === "function") return true;
  return Object.prototype.toString.call(value) === "[object Generator]";
}
