import { checkOptionNames, type OptionNames } from "@tsyncio/contract";
import { describe, expect, it } from "vitest";

interface Options {
  timeout?: number;
  localAddr?: string;
  returnWhen?: string;
}

const NAMES: OptionNames<Options> = { timeout: true, localAddr: true, returnWhen: true };
const check = (options: unknown) => checkOptionNames("work()", options as Options, NAMES);

describe("the names of options", () => {
  it("may be those that there are, with any value", () => {
    const options: Options = { timeout: 5, returnWhen: undefined as never };
    expect(check(options)).toBe(options);
    expect(check({})).toEqual({});
    expect(check(Object.create(null))).toEqual({});
  });

  it.each([
    ["timeOut", "timeout"],
    ["timeot", "timeout"],
    ["local_addr", "localAddr"],
    ["return_when", "returnWhen"],
    ["localAddress", "localAddr"],
  ])("are refused where they are misspelt: %s was to be %s, and nothing was said", (name, meant) => {
    expect(() => check({ [name]: 5 })).toThrow(
      new TypeError(`work() got an unexpected option '${name}'. Did you mean '${meant}'?`),
    );
  });

  it("are all told where none is near", () => {
    expect(() => check({ retries: undefined })).toThrow(
      new TypeError("work() got an unexpected option 'retries'. Its options: localAddr, returnWhen, timeout"),
    );
    expect(() => checkOptionNames("race()", { timeout: 5 } as object, {})).toThrow(/'timeout'\. Its options: none$/);
    // What all objects have is no option.
    expect(() => check({ toString: 1 })).toThrow(/unexpected option 'toString'/);
  });

  it("are those of an object", () => {
    expect(() => check(null)).toThrow(new TypeError("options must be an object, got null"));
    expect(() => check("5s")).toThrow(new TypeError('options must be an object, got "5s"'));
  });

  it("are all of a type, and no others, for the compiler", () => {
    // @ts-expect-error one is missing
    const few: OptionNames<Options> = { timeout: true, localAddr: true };
    // @ts-expect-error one is too many
    const many: OptionNames<Options> = { ...NAMES, timeOut: true };
    expect([few, many]).toHaveLength(2);
  });
});
