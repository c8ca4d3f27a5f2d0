/** One thing that is checked. `run` resolves to what is wrong, a line or a paragraph each; nothing means all is well. */
export interface Check {
  readonly name: string;
  run(): Promise<string[]>;
}
