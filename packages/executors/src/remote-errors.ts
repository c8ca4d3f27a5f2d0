import * as contract from "@tsyncio/contract";
import { describe } from "@tsyncio/contract";
import * as own from "./errors.js";
import { checkSendable, type Medium } from "./sendable.js";

/** An error on its way between threads or processes, which carry neither its class nor its own properties. */
export interface SentError {
  /** The name of its class. */
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Its own properties, such as `code`: those that can be sent. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly cause: SentFailure | null;
  /** Of an `AggregateError` or `ExceptionGroup`. */
  readonly errors: readonly SentFailure[] | null;
}

/** What was thrown: an error, or any other value. */
export type SentFailure = { readonly error: SentError } | { readonly thrown: unknown };

/** Deeper causes are cut off: an error may be its own cause. */
const DEPTH = 8;

export function encodeFailure(failure: unknown, medium: Medium): SentFailure {
  try {
    return encode(failure, medium, 0);
  } catch {
    // Its getters throw, or the traps of a proxy.
    return encode(new Error("what was thrown can't be read"), medium, DEPTH);
  }
}

function encode(failure: unknown, medium: Medium, depth: number): SentFailure {
  if (!isError(failure)) return { thrown: isSendable(failure, medium) ? failure : describe(failure) };
  const inner = (other: unknown) => encode(other, medium, depth + 1);
  const errors = (failure as Partial<AggregateError>).errors;
  const isDeep = depth >= DEPTH;
  const name = className(failure);
  return {
    error: {
      name,
      message: String(failure.message),
      stack: stackOf(failure, name),
      properties: propertiesOf(failure, medium),
      cause: failure.cause === undefined || isDeep ? null : inner(failure.cause),
      errors: Array.isArray(errors) && !isDeep ? errors.map(inner) : null,
    },
  };
}

/** The failure, as an error of the same class where that is one of the language's, of the contract's or of this package's, and of the same name otherwise. */
export function decodeFailure(failure: SentFailure): unknown {
  if ("thrown" in failure) return failure.thrown;
  const { name, message, stack, properties, cause, errors } = failure.error;
  const error = new Error(message);
  const prototype = prototypeOf(name);
  Object.setPrototypeOf(error, prototype);
  const hide = (key: string, value: unknown) =>
    Object.defineProperty(error, key, { value, writable: true, configurable: true });
  if (prototype.name !== name) hide("name", name);
  hide("stack", stack ?? `${name}: ${message}`);
  if (cause !== null) hide("cause", decodeFailure(cause));
  if (errors !== null) hide("errors", errors.map(decodeFailure));
  return Object.assign(error, properties);
}

function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === "[object Error]";
}

/** `class HttpError extends Error` is called "Error", unless it says something else. */
function className(error: Error): string {
  const name = String(error.name);
  const made: unknown = error.constructor?.name;
  return name === "Error" && typeof made === "string" && made !== "" ? made : name;
}

/** What prints an error prints its stack, which begins with the name that it was made with. */
function stackOf({ stack }: Error, name: string): string | undefined {
  return typeof stack === "string" ? stack.replace(/^Error(?=:|\n|$)/, () => name) : undefined;
}

const APART = new Set(["name", "message", "stack", "cause", "errors"]);

function propertiesOf(error: Error, medium: Medium): Record<string, unknown> {
  const kept = Object.entries(error).filter(([key, value]) => !APART.has(key) && isSendable(value, medium));
  return Object.fromEntries(kept);
}

function isSendable(value: unknown, medium: Medium): boolean {
  try {
    checkSendable(value, () => "it", medium, []);
    return true;
  } catch {
    return false;
  }
}

function prototypeOf(name: string): Error {
  for (const place of [globalThis, contract, own] as Record<string, unknown>[]) {
    const cls = Object.hasOwn(place, name) ? place[name] : undefined;
    const prototype = typeof cls === "function" ? (cls.prototype as unknown) : undefined;
    if (prototype === Error.prototype || prototype instanceof Error) return prototype as Error;
  }
  return Error.prototype;
}
