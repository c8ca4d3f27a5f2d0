// What 40-hash-files.ts has its threads do: in a file of its own, which they load.
import { createHash, pbkdf2Sync } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { remote, report } from "tsyncio";

/** The files of this folder. */
export const files: string[] = readdirSync(import.meta.dirname).map((name) => join(import.meta.dirname, name));

export const hash = remote(import.meta.url, function hash(files: string[]) {
  const total = createHash("sha256");
  for (const file of files) {
    // Some milliseconds of work for each file, however small it is.
    total.update(pbkdf2Sync(readFileSync(file), "", 5_000, 32, "sha256"));
    report(file);
  }
  return total.digest("hex");
});
