import { Readable } from "node:stream";
import { StreamReader } from "@tsyncio/streams";
import {
  createSubprocessExec,
  createSubprocessShell,
  FileNotFoundError,
  NotADirectoryError,
  OSError,
  PermissionError,
  PIPE,
  STDOUT,
  subprocessExec,
} from "@tsyncio/subprocess";
import { failure, outcome } from "@tsyncio/test-support";
import { describe, expect, it } from "vitest";
import { codeOf, law } from "./support.ts";

const make = createSubprocessExec as (...args: unknown[]) => unknown;

describe("a bad argument is told at the call, and nothing is started", () => {
  for (const [what, call, message] of [
    ["an empty program", () => make(""), "ValueError: program must not be empty"],
    ["a program that is no text", () => make(5), "TypeError: program must be a string, got 5"],
    ["a NUL in the program", () => make("a\0b"), 'ValueError: embedded null byte: program is "a\\u0000b"'],
    ["a NUL in an argument", () => make("a", ["b", "\0"]), 'ValueError: embedded null byte: args[1] is "\\u0000"'],
    [
      "options instead of arguments",
      () => make("a", { cwd: "/" } as never),
      "TypeError: args must be an array of strings, got an object: options come after it",
    ],
    ["arguments that are one text", () => make("a", "b"), 'TypeError: args must be an array of strings, got "b"'],
    ["a NUL in the folder", () => make("a", [], { cwd: "\0" }), 'ValueError: embedded null byte: cwd is "\\u0000"'],
    [
      "a bad name in env",
      () => make("a", [], { env: { "a=": "" } }),
      'ValueError: illegal environment variable name: "a="',
    ],
    ["a NUL in env", () => make("a", [], { env: { A: "\0" } }), 'ValueError: embedded null byte: env.A is "\\u0000"'],
    [
      "a bad uid",
      () => make("a", [], { uid: "root" }),
      'TypeError: uid must be the number of a user or group, got "root"',
    ],
    ["a bad limit", () => make("a", [], { limit: 0 }), "ValueError: Limit cannot be <= 0"],
    [
      "a bad descriptor",
      () => make("a", [], { stdin: -7 }),
      "ValueError: stdin must be PIPE, DEVNULL, null, a file descriptor or a stream, got -7",
    ],
    [
      "STDOUT as stdin",
      () => make("a", [], { stdin: STDOUT }),
      "ValueError: stdin must be PIPE, DEVNULL, null, a file descriptor or a stream, got -2: STDOUT is for stderr alone",
    ],
    [
      "a stream without a descriptor",
      () => make("a", [], { stdin: Readable.from([]) }),
      'TypeError: stdin is a stream without a file descriptor; of a file, wait for its "open" event first',
    ],
    [
      "a text as stream",
      () => make("a", [], { stdout: "pipe" }),
      'TypeError: stdout must be PIPE, DEVNULL, null, a file descriptor or a stream with a descriptor, got "pipe"',
    ],
    [
      "a reader of something else",
      () => make("a", [], { stdin: new StreamReader() }),
      "TypeError: stdin is a StreamReader that reads no output of a process: <StreamReader>",
    ],
    ["bad passFds", () => make("a", [], { passFds: [-1] }), "ValueError: passFds must hold file descriptors, got -1"],
    [
      "a command that is no text",
      () => createSubprocessShell(5 as never),
      "TypeError: command must be a string, got 5",
    ],
    [
      "a protocol that is no function",
      () => subprocessExec({} as never, "a"),
      "TypeError: a function that makes a protocol was expected by subprocessExec(), got an object",
    ],
  ] as const) {
    it(what, () => {
      expect(String(outcome(call))).toBe(message);
    });
  }
});

describe("what can't be started rejects the call itself, as in CPython", () => {
  const cases = [
    ["/nope", {}, FileNotFoundError, "FileNotFoundError: [Errno 2] No such file or directory: '/nope'", "ENOENT"],
    ["nope", {}, FileNotFoundError, "FileNotFoundError: [Errno 2] No such file or directory: 'nope'", "ENOENT"],
    ["/etc/passwd", {}, PermissionError, "PermissionError: [Errno 13] Permission denied: '/etc/passwd'", "EACCES"],
    ["/etc", {}, PermissionError, "PermissionError: [Errno 13] Permission denied: '/etc'", "EACCES"],
    [
      "true",
      { cwd: "/nope" },
      FileNotFoundError,
      "FileNotFoundError: [Errno 2] No such file or directory: '/nope'",
      "ENOENT",
    ],
    [
      "true",
      { cwd: "/etc/passwd" },
      NotADirectoryError,
      "NotADirectoryError: [Errno 20] Not a directory: '/etc/passwd'",
      "ENOTDIR",
    ],
  ] as const;
  law("with a hint for who wrote a line for a shell", function* () {
    const error = yield* failure(createSubprocessExec("ls -l"));
    expect(String(error)).toBe(
      "FileNotFoundError: [Errno 2] No such file or directory: 'ls -l' (there is no shell: arguments are an array of their own)",
    );
  });

  for (const [program, options, kind, message, code] of cases) {
    law(`${program} ${JSON.stringify(options)}`, function* () {
      for (const streams of [
        {},
        { stdin: PIPE, stdout: PIPE, stderr: PIPE },
        { stdout: PIPE, stderr: STDOUT },
      ] as const) {
        const error = yield* failure(createSubprocessExec(program, [], { ...options, ...streams }));
        expect(error).toBeInstanceOf(kind);
        expect(error).toBeInstanceOf(OSError);
        expect([String(error), codeOf(error)]).toEqual([message, code]);
      }
    });
  }

  law("an argument that is too long", function* () {
    const error = yield* failure(createSubprocessExec("true", ["x".repeat(1 << 20)]));
    expect(String(error)).toBe("OSError: [Errno 7] Argument list too long: 'true'");
  });
});
