import { type LoopContract, type OpenResource, registry } from "@tsyncio/contract";
import { callerLocation } from "@tsyncio/loop";

/** What is open: debug mode and the leak oracle read the list of these in the registry, and a loop that closes gives up what is left. */
export class Opened implements OpenResource {
  readonly kind: string;
  /** Where it was opened; known in debug mode. */
  readonly source: string | null;
  readonly loop: LoopContract;
  describe: () => string;
  abandon: () => void;

  constructor(
    loop: LoopContract,
    kind: string,
    describe: () => string,
    abandon: () => void,
    source: string | null = placeOf(loop),
  ) {
    this.loop = loop;
    this.kind = kind;
    this.describe = describe;
    this.abandon = abandon;
    this.source = source;
    registry.resources.add(this);
  }

  close(): void {
    registry.resources.delete(this);
    // A table that a set has outgrown keeps what it held, up to the next large collection; and then all that hangs on it.
    this.describe = nothing;
    this.abandon = nothing;
  }
}

const nothing = () => "closed";

/** Where the caller of the package stands, in debug mode. */
export function placeOf(loop: LoopContract): string | null {
  return loop.getDebug() ? callerLocation() : null;
}
