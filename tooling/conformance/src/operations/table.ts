// The shape of a table of operations. Each file of this folder gives some; index.ts puts them together.
import type { Body } from "../library.ts";
import type { AwaitingArguments, BlockArguments, ObjectSpecification, SynchronousArguments } from "../program.ts";
import type { Runtime } from "../runtime.ts";

/** What a block runs: a generator function or an async function, which is given the scope. */
export type BlockBody = Body<[scope: unknown], unknown>;

type Arguments<T> = T extends readonly unknown[] ? T : never;

export interface OperationTable {
  /** What the operation does; the value is what its line shows. */
  readonly synchronous?: {
    readonly [Name in keyof SynchronousArguments]?: (
      runtime: Runtime,
      ...args: Arguments<SynchronousArguments[Name]>
    ) => unknown;
  };
  /** Gives the awaitable that the program waits for. */
  readonly awaiting?: {
    readonly [Name in keyof AwaitingArguments]?: (
      runtime: Runtime,
      ...args: Arguments<AwaitingArguments[Name]>
    ) => unknown;
  };
  /** Gives the awaitable that runs the body inside the scope. */
  readonly blocks?: {
    readonly [Name in keyof BlockArguments]?: (
      runtime: Runtime,
      body: BlockBody,
      ...args: Arguments<BlockArguments[Name]>
    ) => unknown;
  };
  /** Makes an object that a program declares. */
  readonly objects?: {
    readonly [type: string]: (runtime: Runtime, name: string, specification: ObjectSpecification) => void;
  };
}
