import { type LoopContract, registry } from "@tsyncio/contract";
import { callerLocation } from "@tsyncio/loop";

/** What is open: debug mode and the leak oracle read the list of these in the registry. */
export class Opened {
  readonly kind: string;
  readonly describe: () => string;
  /** Where it was opened; known in debug mode. */
  readonly source: string | null;

  constructor(loop: LoopContract, kind: string, describe: () => string, source: string | null = placeOf(loop)) {
    this.kind = kind;
    this.describe = describe;
    this.source = source;
    registry.resources.add(this);
  }

  close(): void {
    registry.resources.delete(this);
  }
}

/** Where the caller of the package stands, in debug mode. */
export function placeOf(loop: LoopContract): string | null {
  return loop.getDebug() ? callerLocation() : null;
}
