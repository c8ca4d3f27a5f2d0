import { type CallbackOptions, type Context, describe, type Host, registry } from "@tsyncio/contract";

const GENERATOR_FUNCTION: unknown = Object.getPrototypeOf(function* () {});

/** @throws `TypeError`, which names `method`, when `callback` can't be called, or would only make a generator that nobody runs. */
export function checkCallback(method: string, callback: unknown): void {
  if (typeof callback !== "function") {
    throw new TypeError(`a callback was expected by ${method}(), got ${describe(callback)}`);
  }
  if (Object.getPrototypeOf(callback) === GENERATOR_FUNCTION) {
    const name = callback.name || "anonymous";
    throw new TypeError(`coroutines cannot be used with ${method}(): make a task of ${name} with createTask()`);
  }
}

/** The context that a callback keeps: the given one, or that of the caller. {@link runCallback} hides the task in it. */
export function callbackContext(host: Host, options: CallbackOptions | undefined): Context | null {
  if (options !== undefined) {
    if (typeof options !== "object" || options === null) {
      throw new TypeError(
        `options must be an object, got ${describe(options)}; callbacks take no arguments: write a closure`,
      );
    }
    const { context } = options;
    if (context !== undefined) {
      if (context === null || typeof context.run === "function") return context;
      throw new TypeError(`context must be a context or null, got ${describe(context)}`);
    }
  }
  return host.captureContext();
}

/**
 * Calls a callback in the context that it keeps, with no current task. Most timers are cancelled: what hiding the task costs is paid
 * when a callback runs, not when it is registered.
 */
export function runCallback<R>(context: Context | null, callback: () => R): R {
  const hide = registry.outsideTask;
  if (context === null) return callback();
  return hide === null ? context.run(callback) : context.run(() => hide(callback));
}

/** `context`, without a current task: for those who run something of their own in it. */
export function withoutTask(host: Host, context: Context | null): Context | null {
  const hide = registry.outsideTask;
  if (context === null || hide === null) return context;
  return context.run(() => (registry.currentScope?.() ? hide(() => host.captureContext()) : context));
}
