import type { Awaitable, Body } from "@tsyncio/contract";
import { type Coroutine, callBody, coroutine } from "@tsyncio/tasks";

/** What can be held: a lock, a semaphore, a condition. */
export interface Holdable {
  acquire(): Awaitable<true>;
  release(): void;
}

/**
 * Runs `body` while `target` is held, as Python's `async with` does.
 * @throws `TypeError` at the call when `body` is no function
 */
export function withHeld<T>(target: Holdable, body: Body<[], T>, who: string): Coroutine<T> {
  checkBody(body, who);
  return holding(target, body as Body<[], unknown>, who) as Coroutine<T>;
}

const holding = coroutine(function* holding(target: Holdable, body: Body<[], unknown>, who: string) {
  yield* target.acquire();
  try {
    return yield* callBody(body, [], who);
  } finally {
    target.release();
  }
});

/** Refuses what is no function, before anything is waited for. */
export function checkBody(body: Body<never[], unknown>, who: string): void {
  if (typeof body !== "function") callBody(body, [], who);
}
