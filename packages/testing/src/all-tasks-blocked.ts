import { type Awaitable, getRunningLoop, type Host, RuntimeError } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";

/**
 * Waits until nothing can run: every other task waits for a timer, for I/O, or for one another. The clock does not move meanwhile; foreign
 * work is waited for as {@link runVirtual} does. Replaces the `await sleep(0)`s that let others go first. May be cancelled. asyncio has
 * nothing like it; it is trio's `wait_all_tasks_blocked`.
 * @throws `RuntimeError` on a loop without a virtual clock
 */
export function allTasksBlocked(): Awaitable<void> {
  const { host } = getRunningLoop();
  if (!tellsIdle(host))
    throw new RuntimeError("allTasksBlocked() needs a virtual clock: use it inside of runVirtual()");
  return new Blocked(host);
}

interface IdleHost extends Host {
  whenIdle(fn: () => void): () => void;
}

function tellsIdle(host: Host): host is IdleHost {
  return typeof (host as Partial<IdleHost>).whenIdle === "function";
}

class Blocked extends Future<void> {
  readonly #forget: () => void;

  constructor(host: IdleHost) {
    super();
    this.#forget = host.whenIdle(() => this.setResult());
  }

  override cancel(reason?: unknown): boolean {
    this.#forget();
    return super.cancel(reason);
  }

  protected override describeSelf(): string {
    return super.describeSelf().replace("Future", "allTasksBlocked");
  }
}
