import { inspect } from "node:util";
import {
  BrokenBarrierError,
  brand,
  CancelledError,
  DeadlockError,
  ExceptionGroup,
  IncompleteReadError,
  InvalidStateError,
  isCancelledError,
  isFatal,
  isTimeoutError,
  KeyboardInterrupt,
  LimitOverrunError,
  ProcessLookupError,
  QueueEmpty,
  QueueFull,
  QueueShutDown,
  RuntimeError,
  rethrowCancelled,
  SendfileNotAvailableError,
  SystemExit,
  TimeoutError,
  ValueError,
} from "@tsyncio/contract";
import { describe, expect, test } from "vitest";
import { anotherCopy } from "./two-copies.ts";

/** One error of each class. */
const examples = {
  BrokenBarrierError: new BrokenBarrierError("said"),
  CancelledError: new CancelledError("said"),
  DeadlockError: new DeadlockError("said"),
  ExceptionGroup: new ExceptionGroup("said", [1]),
  IncompleteReadError: new IncompleteReadError(new Uint8Array(), 1),
  InvalidStateError: new InvalidStateError("said"),
  KeyboardInterrupt: new KeyboardInterrupt("said"),
  LimitOverrunError: new LimitOverrunError("said", 1),
  ProcessLookupError: new ProcessLookupError("said"),
  QueueEmpty: new QueueEmpty("said"),
  QueueFull: new QueueFull("said"),
  QueueShutDown: new QueueShutDown("said"),
  RuntimeError: new RuntimeError("said"),
  SendfileNotAvailableError: new SendfileNotAvailableError("said"),
  SystemExit: new SystemExit("said"),
  TimeoutError: new TimeoutError("said"),
  ValueError: new ValueError("said"),
};
const names = Object.keys(examples) as (keyof typeof examples)[];
const parents: Partial<Record<string, string>> = {
  BrokenBarrierError: "RuntimeError",
  SendfileNotAvailableError: "RuntimeError",
};

test("another copy of the package has other classes, and its errors are instances of ours, and ours of its", async () => {
  using copy = await anotherCopy();
  const ours = await import("@tsyncio/contract");
  for (const name of names) {
    const our = ours[name] as new (...args: never[]) => Error;
    const other = copy[name] as typeof our;
    expect(other).not.toBe(our);
    const theirs = name === "ExceptionGroup" ? new copy.ExceptionGroup("", [1]) : Object.create(other.prototype);
    expect(theirs, name).toBeInstanceOf(our);
    expect(examples[name], name).toBeInstanceOf(other);
  }
});

test("an error is an instance of its own class and of the classes above it, of no other", async () => {
  const ours = await import("@tsyncio/contract");
  for (const name of names) {
    const above = names.filter((other) => examples[name] instanceof (ours[other] as new () => Error));
    const parent = parents[name];
    expect(above).toEqual(names.filter((other) => other === name || other === parent));
  }
});

describe.for(names)("%s", (name) => {
  const error = examples[name];

  test("is an Error whose name and trace say the class", () => {
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe(name);
    expect(error.stack).toMatch(new RegExp(`^${name}: `));
    expect(inspect(error)).toContain(name);
  });

  test("has no enumerable name, so that logs and comparisons do not show it", () => {
    expect(Object.keys(error)).not.toContain("name");
  });
});

test("values that are no errors are instances of no error class", () => {
  for (const value of [null, undefined, 0, "TimeoutError", {}, { name: "TimeoutError" }, () => {}, new Error("x")]) {
    expect(value instanceof TimeoutError).toBe(false);
    expect(isTimeoutError(value)).toBe(false);
    expect(isCancelledError(value)).toBe(false);
    expect(isFatal(value)).toBe(false);
  }
});

describe("a class that a user derives", () => {
  class RequestTimeout extends TimeoutError {}

  test("is told from its parent in the ordinary way", () => {
    expect(new RequestTimeout()).toBeInstanceOf(RequestTimeout);
    expect(new RequestTimeout()).toBeInstanceOf(TimeoutError);
    expect(new TimeoutError()).not.toBeInstanceOf(RequestTimeout);
    expect({}).not.toBeInstanceOf(RequestTimeout);
  });

  test("derived from another copy's class, has instances of ours", async () => {
    using copy = await anotherCopy();
    class Other extends copy.TimeoutError {}
    expect(new Other()).toBeInstanceOf(TimeoutError);
    expect(new TimeoutError()).not.toBeInstanceOf(Other);
  });
});

test("errors take a cause", () => {
  const cause = new Error("below");
  expect(new TimeoutError("late", { cause }).cause).toBe(cause);
});

describe("CancelledError", () => {
  test("keeps the reason, and its message says it", () => {
    expect(new CancelledError("shutting down")).toMatchObject({ reason: "shutting down", message: "shutting down" });
    expect(new CancelledError(7)).toMatchObject({ reason: 7, message: "7" });
    expect(new CancelledError(Symbol("why")).message).toBe("Symbol(why)");
    const error = new RangeError("too many");
    expect(new CancelledError(error)).toMatchObject({ reason: error, message: "RangeError: too many" });
  });

  test("without a reason has none and an empty message", () => {
    expect(new CancelledError().reason).toBeUndefined();
    expect(new CancelledError().message).toBe("");
    expect(new CancelledError(null)).toMatchObject({ reason: null, message: "" });
  });

  test("takes any object as reason, one that has no text too", () => {
    const reason = Object.create(null);
    expect(new CancelledError(reason).reason).toBe(reason);
    expect(new CancelledError(reason).message).toBe("an object");
    expect(new CancelledError({ code: 1 }).message).toBe("an object");
  });
});

describe("SystemExit", () => {
  test("has the code 0 by default, and the given one", () => {
    expect(new SystemExit()).toMatchObject({ code: 0, message: "" });
    expect(new SystemExit(3)).toMatchObject({ code: 3, message: "3" });
  });

  test("made with a message has the code 1, as Python's", () => {
    expect(new SystemExit("no config")).toMatchObject({ code: 1, message: "no config" });
  });
});

test("IncompleteReadError says how much was read of how much", () => {
  const partial = new Uint8Array([1, 2]);
  const error = new IncompleteReadError(partial, 5);
  expect(error).toMatchObject({ partial, expected: 5, message: "2 bytes read on a total of 5 expected bytes" });
  const unknown = new IncompleteReadError(partial, null);
  expect(unknown.message).toBe("2 bytes read on a total of undefined expected bytes");
});

test("LimitOverrunError says how many bytes were looked at", () => {
  expect(new LimitOverrunError("too long", 9)).toMatchObject({ message: "too long", consumed: 9 });
});

test("isCancelledError and isTimeoutError know the errors of other copies", async () => {
  using copy = await anotherCopy();
  expect(isCancelledError(new copy.CancelledError())).toBe(true);
  expect(isTimeoutError(new copy.TimeoutError())).toBe(true);
  expect(isCancelledError(new copy.TimeoutError())).toBe(false);
});

test("rethrowCancelled throws cancellations again and nothing else", () => {
  const cancelled = new CancelledError("stop");
  expect(() => rethrowCancelled(cancelled)).toThrow(cancelled);
  for (const other of [new Error("x"), new TimeoutError(), undefined, null]) {
    expect(rethrowCancelled(other)).toBeUndefined();
  }
});

test("only SystemExit and KeyboardInterrupt leave the loop", () => {
  const fatal = names.filter((name) => isFatal(examples[name]));
  expect(fatal).toEqual(["KeyboardInterrupt", "SystemExit"]);
});

test("classes of other packages are told by their names, too, whichever copy made the error", async () => {
  const make = (branding: typeof brand) => {
    class Broken extends RuntimeError {
      static {
        branding(this, "Broken");
      }
    }
    return Broken;
  };
  using copy = await anotherCopy();
  const [Here, There] = [make(brand), make(copy.brand)];
  expect(new There("said")).toBeInstanceOf(Here);
  expect(String(new There("said"))).toBe("Broken: said");
  class Derived extends Here {}
  expect(new There("said")).not.toBeInstanceOf(Derived);
});
