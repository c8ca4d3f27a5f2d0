import { describe } from "./describe.js";
import { brand, ValueError } from "./errors.js";

/** Which errors of a group are meant: an error class, several, or a predicate. */
export type ErrorFilter = ErrorClass | readonly ErrorClass[] | ((error: unknown) => boolean);

type ErrorClass = abstract new (...args: never[]) => unknown;

/**
 * Several errors that happened side by side. Stands for both `ExceptionGroup` and `BaseExceptionGroup`.
 * With one error inside, `cause` is that error, so that a log of the cause shows it.
 */
export class ExceptionGroup extends AggregateError {
  static {
    brand(this, "ExceptionGroup");
  }
  declare errors: unknown[];

  /** @throws `ValueError` when `errors` is empty; `TypeError` when it is no list. */
  constructor(message: string, errors: Iterable<unknown>) {
    if (typeof message !== "string") throw new TypeError(`message must be a string, got ${describe(message)}`);
    if (typeof errors !== "object" || typeof (errors as Iterable<unknown> | null)?.[Symbol.iterator] !== "function") {
      throw new TypeError(`errors must be an iterable of errors, got ${describe(errors)}`);
    }
    const list = [...errors];
    if (list.length === 0) throw new ValueError("errors must be a non-empty sequence");
    super(list, message, list.length === 1 ? { cause: list[0] } : undefined);
  }

  /** The part of the group whose errors match, nested groups kept; `null` when none does. */
  subgroup(filter: ErrorFilter): ExceptionGroup | null {
    return this.split(filter)[0];
  }

  /** The matching part and the rest, each `null` when empty. A group that matches as a whole is not looked into. */
  split(filter: ErrorFilter): [ExceptionGroup | null, ExceptionGroup | null] {
    return split(this, toPredicate(filter));
  }
}

function split(
  group: ExceptionGroup,
  matches: (error: unknown) => boolean,
): [ExceptionGroup | null, ExceptionGroup | null] {
  if (matches(group)) return [group, null];
  const yes: unknown[] = [];
  const no: unknown[] = [];
  for (const error of group.errors) {
    if (error instanceof ExceptionGroup) {
      const [match, rest] = split(error, matches);
      if (match !== null) yes.push(match);
      if (rest !== null) no.push(rest);
    } else (matches(error) ? yes : no).push(error);
  }
  const derive = (errors: unknown[]) => (errors.length > 0 ? new ExceptionGroup(group.message, errors) : null);
  return [derive(yes), derive(no)];
}

function toPredicate(filter: ErrorFilter): (error: unknown) => boolean {
  if (isClass(filter)) return (error) => error instanceof filter;
  if (Array.isArray(filter) && filter.every(isClass)) return (error) => filter.some((cls) => error instanceof cls);
  if (typeof filter === "function") return filter as (error: unknown) => boolean;
  throw new TypeError(
    `filter must be an error class, an array of error classes or a predicate, got ${describe(filter)}`,
  );
}

/** Whether `value` is a class: of errors, in the old way of writing them too, or any other (whatever may be thrown). */
function isClass(value: unknown): value is ErrorClass {
  if (typeof value !== "function") return false;
  return value.prototype instanceof Error || Object.getOwnPropertyDescriptor(value, "prototype")?.writable === false;
}
