import {
  type Body,
  type Context,
  type ContextSwitch,
  type CoroutineFrame,
  describe,
  loopForNew,
  SWITCH,
} from "@tsyncio/contract";
import { callBody } from "./body-call.js";
import type { Coroutine } from "./coroutine.js";
import { GeneratorCoroutine } from "./generator-coroutine.js";
import { captureContext } from "./scope-cells.js";

/** The caller's async context, to run functions and tasks in (`contextvars.copy_context`). */
export function copyContext(): Context {
  return captureContext(loopForNew()) ?? { run: (fn, self) => fn.call(self as never) };
}

/**
 * Runs `body` in `context`, in the current task: also the steps after its waits, which `context.run()` around a `yield*`
 * does not cover.
 */
export function withContext<T>(context: Context, body: Body<[], T>): Coroutine<T> {
  if (typeof (context as Partial<Context> | null)?.run !== "function") {
    throw new TypeError(`a context was expected by withContext(), got ${describe(context)}`);
  }
  return new GeneratorCoroutine(runIn(context, callBody(body, [], "withContext")) as CoroutineFrame<T>, "withContext");
}

function* runIn<T>(context: Context, body: Coroutine<T>): Generator<unknown, T, unknown> {
  const outer = yield { "@@tsyncio": SWITCH, context } satisfies ContextSwitch;
  try {
    return (yield* body) as T;
  } finally {
    yield { "@@tsyncio": SWITCH, context: outer as Context | null } satisfies ContextSwitch;
  }
}
