import { on, type Script } from "./laws.ts";

/** What `awaitable` fails with. */
export function* failure(awaitable: unknown): Script<unknown> {
  try {
    yield* on(awaitable);
  } catch (error) {
    return error;
  }
  throw new Error("it ended without an error");
}

/** What `call` throws. */
export function outcome(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error("it threw nothing");
}

/** What a promise is rejected with. */
export async function failureOf(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("it ended without an error");
}
