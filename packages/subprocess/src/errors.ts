import { brand } from "@tsyncio/contract";
import { host } from "./host.js";

/** An error of the system (Python's `OSError`), with the text that Python gives it and the properties that the host's errors have. */
export class OSError extends Error {
  static {
    brand(this, "OSError");
  }
  /** What happened: `"ENOENT"`, `"EACCES"`, … */
  readonly code: string;
  /** The number of {@link code}, negative as the host has it. */
  readonly errno: number;
  /** What was asked of the system. */
  readonly syscall: string = "spawn";
  /** What it failed on: the program, or the folder that it should have run in. */
  readonly path: string;

  /** @param hint - what the message goes on with */
  constructor(code: string, errno: number, path: string, options?: ErrorOptions, hint = "") {
    super(`[Errno ${-errno}] ${textOf(errno, code)}: '${path}'${hint}`, options);
    this.code = code;
    this.errno = errno;
    this.path = path;
  }
}

/** The program, or the folder that it should run in, is not there (Python's `FileNotFoundError`). */
export class FileNotFoundError extends OSError {
  static {
    brand(this, "FileNotFoundError");
  }
}

/** The program may not be run (Python's `PermissionError`). */
export class PermissionError extends OSError {
  static {
    brand(this, "PermissionError");
  }
}

/** A part of the path is no folder (Python's `NotADirectoryError`). */
export class NotADirectoryError extends OSError {
  static {
    brand(this, "NotADirectoryError");
  }
}

const CLASSES: Readonly<Record<string, typeof OSError>> = {
  ENOENT: FileNotFoundError,
  EACCES: PermissionError,
  EPERM: PermissionError,
  ENOTDIR: NotADirectoryError,
};

/** The error for a `code` of the system. */
export function osError(code: string, errno: number, path: string, options?: ErrorOptions, hint?: string): OSError {
  return new (CLASSES[code] ?? OSError)(code, errno, path, options, hint);
}

function textOf(errno: number, code: string): string {
  const text = host("node:util").getSystemErrorMap().get(errno)?.[1] ?? code;
  return text.charAt(0).toUpperCase() + text.slice(1);
}
