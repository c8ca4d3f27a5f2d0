import { brand, ValueError } from "./errors.js";

/** Which errors of a group are meant: an error class, several, or a predicate. */
export type ErrorFilter =
  | (abstract new (...args: never[]) => unknown)
  | readonly (abstract new (...args: never[]) => unknown)[]
  | ((error: unknown) => boolean);

/**
 * Several errors that happened side by side. Stands for both `ExceptionGroup` and `BaseExceptionGroup`.
 * With one error inside, `cause` is that error, so that a log of the cause shows it.
 */
export class ExceptionGroup extends AggregateError {
  static {
    brand(this, "ExceptionGroup");
  }
  declare errors: unknown[];

  /** @throws {@link ValueError} when `errors` is empty. */
  constructor(message: string, errors: Iterable<unknown>) {
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
  if (Array.isArray(filter)) return (error) => filter.some((cls) => error instanceof cls);
  if (typeof filter !== "function") {
    throw new TypeError(`filter must be an error class, an array of them or a predicate, got ${String(filter)}`);
  }
  const isClass = typeof filter.prototype === "object" && filter.prototype instanceof Error;
  if (isClass || (filter as unknown) === Error) {
    return (error) => error instanceof (filter as abstract new () => unknown);
  }
  return filter as (error: unknown) => boolean;
}
