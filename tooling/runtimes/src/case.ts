/** What a case can run on: Node 24 is where the tests run, the others are what tooling/engines depends on. */
export type RuntimeName = "node20" | "node22" | "node24" | "node26" | "bun" | "deno";

/**
 * Something that must hold on every runtime: `run` settles, and rejects if it does not hold. It knows no test
 * framework, and leaves the process as it was: the cases of a file share one.
 */
export interface Case {
  readonly name: string;
  /** Where the case cannot hold, and why. */
  readonly skip?: Partial<Record<RuntimeName, string>>;
  run(): Promise<void>;
}
