import { type ErrorFilter, ExceptionGroup, TimeoutError, ValueError } from "@tsyncio/contract";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anotherCopy } from "./two-copies.ts";

const type = new TypeError("type");
const range = new RangeError("range");
const late = new TimeoutError("late");

test("holds its errors, in order, and a message", () => {
  const group = new ExceptionGroup("several", new Set([type, range]));
  expect(group).toBeInstanceOf(AggregateError);
  expect(group.message).toBe("several");
  expect(group.errors).toEqual([type, range]);
});

test("has one error as its cause, and no cause with several", () => {
  expect(new ExceptionGroup("one", [type]).cause).toBe(type);
  expect("cause" in new ExceptionGroup("two", [type, range])).toBe(false);
});

test("refuses to be empty", () => {
  expect(() => new ExceptionGroup("none", [])).toThrow(new ValueError("errors must be a non-empty sequence"));
});

test("refuses what is no message or no list of errors, and says what it got", () => {
  const make = (message: unknown, errors: unknown) => () => new ExceptionGroup(message as string, errors as []);
  expect(make(5, [type])).toThrow(new TypeError("message must be a string, got 5"));
  expect(make("m", type)).toThrow(new TypeError("errors must be an iterable of errors, got TypeError: type"));
  expect(make("m", "ab")).toThrow(new TypeError('errors must be an iterable of errors, got "ab"'));
  expect(make("m", null)).toThrow(new TypeError("errors must be an iterable of errors, got null"));
  expect(make("m", undefined)).toThrow(new TypeError("errors must be an iterable of errors, got undefined"));
});

describe("split", () => {
  const inner = new ExceptionGroup("inner", [range, late]);
  const group = new ExceptionGroup("outer", [type, inner]);

  test("parts the errors by class, and keeps the nesting and the messages", () => {
    const [match, rest] = group.split(RangeError);
    expect(match).toMatchObject({ message: "outer", errors: [{ message: "inner", errors: [range] }] });
    expect(rest).toMatchObject({ message: "outer", errors: [type, { message: "inner", errors: [late] }] });
    expect(group.errors).toEqual([type, inner]);
  });

  test("takes several classes", () => {
    const [match, rest] = group.split([TypeError, TimeoutError]);
    expect(match).toMatchObject({ errors: [type, { errors: [late] }] });
    expect(rest).toMatchObject({ errors: [{ errors: [range] }] });
  });

  test("takes a predicate, which is asked of groups first", () => {
    const asked: unknown[] = [];
    const [match, rest] = group.split((error) => {
      asked.push(error);
      return error === inner;
    });
    expect(asked).toEqual([group, type, inner]);
    expect(match).toMatchObject({ message: "outer", errors: [inner] });
    expect(rest).toMatchObject({ message: "outer", errors: [type] });
  });

  test("gives the group itself when it matches as a whole", () => {
    expect(group.split(ExceptionGroup)).toEqual([group, null]);
    expect(group.split(() => true)[0]).toBe(group);
  });

  test("gives null for a side without errors", () => {
    expect(group.split(SyntaxError)).toEqual([null, group]);
    expect(group.split([])[0]).toBeNull();
    expect(group.split(Error)).toEqual([group, null]);
  });

  test("knows the groups of another copy of the package", async () => {
    using copy = await anotherCopy();
    const mixed = new ExceptionGroup("outer", [new copy.ExceptionGroup("inner", [range, late])]);
    expect(mixed.subgroup(TimeoutError)).toMatchObject({ errors: [{ errors: [late] }] });
  });

  test("takes classes of whatever may be thrown, and classes written in the old way", () => {
    class NotAnError {}
    function OldError() {}
    OldError.prototype = Object.create(Error.prototype);
    const thrown = new NotAnError();
    const old = Object.create(OldError.prototype);
    const all = new ExceptionGroup("all", [thrown, old, 5]);
    expect(all.subgroup(NotAnError)?.errors).toEqual([thrown]);
    expect(all.subgroup(OldError as unknown as ErrorFilter)?.errors).toEqual([old]);
  });

  test("refuses what is no filter, and says what it got", () => {
    const message = "filter must be an error class, an array of error classes or a predicate, got";
    for (const [filter, text] of [
      [undefined, "undefined"],
      ["TypeError", '"TypeError"'],
      [[TypeError, "RangeError"], "an array of 2"],
      [[() => true], "an array of 1"],
    ]) {
      expect(() => group.split(filter as ErrorFilter)).toThrow(new TypeError(`${message} ${text}`));
      expect(() => group.subgroup(filter as ErrorFilter)).toThrow(TypeError);
    }
  });
});

test("subgroup is the first half of split", () => {
  const group = new ExceptionGroup("outer", [type, range]);
  expect(group.subgroup(TypeError)).toMatchObject({ message: "outer", errors: [type], cause: type });
  expect(group.subgroup(SyntaxError)).toBeNull();
});

test("split loses no error and doubles none, whatever the nesting", () => {
  const { tree } = fc.letrec<{ tree: ExceptionGroup; leaf: number }>((tie) => ({
    leaf: fc.nat(9),
    tree: fc
      .array(fc.oneof({ depthSize: "small" }, tie("leaf"), tie("tree")), { minLength: 1, maxLength: 4 })
      .map((errors) => new ExceptionGroup("g", errors)),
  }));
  const leaves = (group: ExceptionGroup | null): unknown[] =>
    group === null ? [] : group.errors.flatMap((error) => (error instanceof ExceptionGroup ? leaves(error) : [error]));
  fc.assert(
    fc.property(tree, fc.nat(9), (group, limit) => {
      const isSmall = (error: unknown) => typeof error === "number" && error < limit;
      const [match, rest] = group.split(isSmall);
      expect(leaves(match)).toEqual(leaves(group).filter(isSmall));
      expect(leaves(rest)).toEqual(leaves(group).filter((error) => !isSmall(error)));
    }),
    { numRuns: 200 },
  );
});
