/** The command line, or the file that it names, can't be used as it is. Told in one line. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
