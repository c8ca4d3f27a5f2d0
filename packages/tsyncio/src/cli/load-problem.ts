import { spawnSync } from "node:child_process";
import { extname } from "node:path";
import { withoutOurFrames } from "@tsyncio/loop";

/**
 * Why the file at `path` could not be loaded, in one line; `null` when it was loaded, and its own code threw `error`.
 */
export function loadProblem(error: unknown, path: string): string | null {
  if (!(error instanceof Error)) return null;
  const { code } = error as NodeJS.ErrnoException;
  if (!/^(ERR_)?MODULE_NOT_FOUND$/.test(code ?? "") && isThrownByCode(error)) return null;
  const message = error.message.replace(/\s*\n\s*/g, " ");
  if (code === "ERR_UNKNOWN_FILE_EXTENSION") {
    const extension = /"(\.[^"]*)"/.exec(message)?.[1] ?? extname(path);
    if (/^\.[cm]?ts$/.test(extension)) return noTypeScript();
  }
  if (!(error instanceof SyntaxError)) return message;
  const place = placeIn(error.stack ?? "") ?? placeBySecondLook(path);
  return place === null ? `${message}, in a file that it imports` : `${message} (${place})`;
}

/** The errors of the loader have no frame of the program. */
function isThrownByCode(error: Error): boolean {
  return /^\s+at (?!.*\bnode:)/m.test(withoutOurFrames(error.stack ?? ""));
}

/** Node tells the place of some syntax errors in front of the stack. */
function placeIn(text: string): string | null {
  return /^(?:file:\/\/)?(\/.+:\d+|[A-Za-z]:\\.+:\d+)$/m.exec(text)?.[1] ?? null;
}

/** Of others only when the file is the main one: `node --check`. */
function placeBySecondLook(path: string): string | null {
  const { stderr } = spawnSync(process.execPath, ["--check", path], { encoding: "utf8", timeout: 5000 });
  return placeIn(stderr ?? "");
}

/** What to do about a Node that runs no TypeScript. */
export function noTypeScript(): string {
  const { node } = process.versions;
  const [major = 0, minor = 0] = node.split(".").map(Number);
  const old = major < 22 || (major === 22 && minor < 18);
  const why = old ? `Node ${node} doesn't run TypeScript` : `this Node ${node} was told not to run TypeScript`;
  return `${why}: use Node 22.18 or later, or compile the file and run the JavaScript`;
}
