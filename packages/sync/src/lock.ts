import { Acquirable } from "./acquirable.js";
import { LockGate } from "./lock-gate.js";

/**
 * Lets in one at a time (`asyncio.Lock`), in the order in which they came. It belongs to nobody: whoever has it may release it, and one who
 * has it and asks for it again waits for ever.
 */
export class Lock extends Acquirable {
  constructor() {
    super(new LockGate());
  }

  get [Symbol.toStringTag](): string {
    return "Lock";
  }

  /**
   * Opens it, and wakes who waits longest. Nobody else gets in between.
   * @throws `RuntimeError` when it is not locked
   */
  override release(): void {
    super.release();
  }

  protected override stateText(): string {
    return this.locked() ? "locked" : "unlocked";
  }
}
