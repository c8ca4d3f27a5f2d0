import { osError } from "./errors.js";
import { host } from "./host.js";
import type { SpawnOptions } from "./options.js";

/**
 * Where the system finds `program`: for a shell that becomes it, and could not say that it is not there.
 * @throws `FileNotFoundError`, `PermissionError`
 */
export function findProgram(program: string, { cwd, env }: SpawnOptions): string {
  const { resolve, join } = host("node:path");
  const base = cwd ?? process.cwd();
  const folders = ((env ?? process.env).PATH ?? "/bin:/usr/bin").split(":");
  const candidates = program.includes("/")
    ? [resolve(base, program)]
    : folders.map((folder) => join(resolve(base, folder), program));
  const codes = candidates.map(obstacle);
  const found = candidates[codes.indexOf(null)];
  if (found !== undefined) return found;
  const code = codes.find((code) => code !== "ENOENT") ?? "ENOENT";
  throw osError(code, -host("node:os").constants.errno[code as "ENOENT"], program);
}

/** Why the file can't be run, as a code of the system; `null` when it can. */
function obstacle(path: string): string | null {
  const { accessSync, constants, statSync } = host("node:fs");
  try {
    if (statSync(path).isDirectory()) return "EACCES";
    accessSync(path, constants.X_OK);
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? "ENOENT";
  }
}
