import {
  type LoopContract,
  RuntimeError,
  type TaskContract,
  WAIT,
  type Waitable,
  type Waiter,
} from "@tsyncio/contract";

/** Why a task may not wait for `target`; `null` when it may. */
export function refuse(task: TaskContract, target: Waitable): RuntimeError | null {
  if ((target as unknown) === task) return new RuntimeError(`Task cannot await on itself: ${target}`);
  const loop = task.getLoop();
  const other = target.getLoop();
  if (other !== loop && loop.host.virtual && !other.host.virtual) {
    return new RuntimeError(`a task on a virtual clock can't wait for ${target}, which is on a real one`);
  }
  return null;
}

/** Stands for the target of a wait that was refused: the error comes a turn later, as any outcome does. */
export class Refused implements Waitable<never> {
  declare readonly "@@tsyncio": typeof WAIT;
  static {
    Object.defineProperty(this.prototype, "@@tsyncio", { value: WAIT });
  }
  readonly #loop: LoopContract;
  readonly #error: unknown;

  constructor(loop: LoopContract, error: unknown) {
    this.#loop = loop;
    this.#error = error;
  }

  done(): boolean {
    return true;
  }
  result(): never {
    throw this.#error;
  }
  cancelReason(): undefined {
    return undefined;
  }
  cancel(): boolean {
    return false;
  }
  getLoop(): LoopContract {
    return this.#loop;
  }
  addWaiter(waiter: Waiter): void {
    waiter.loop.enqueue(waiter);
  }
  removeWaiter(): boolean {
    return false;
  }
}
