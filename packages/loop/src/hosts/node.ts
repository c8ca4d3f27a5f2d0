import {
  type Context,
  type ContextStorage,
  type Host,
  type IdleLoop,
  RuntimeError,
  ValueError,
} from "@tsyncio/contract";
import { Alarms, hostDelay, LONGEST } from "./alarms.js";
import { beforeEnd } from "./process-end.js";

type AsyncHooks = typeof import("node:async_hooks");

/** Node, and what speaks its language (Bun, Deno); `null` elsewhere. */
export function nodeHost(): Host | null {
  const hooks = builtin<AsyncHooks>("node:async_hooks");
  if (hooks === null || typeof process.nextTick !== "function" || typeof setImmediate !== "function") return null;
  return new NodeHost(hooks);
}

/** A built-in module without an `import`, which a bundler for browsers could not resolve. */
function builtin<T>(name: string): T | null {
  const get = (globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }).process?.getBuiltinModule;
  return get === undefined ? null : ((get(name) as T | undefined) ?? null);
}

class NodeHost implements Host {
  readonly name = "node";
  readonly virtual = false;
  readonly #hooks: AsyncHooks;
  readonly #events = builtin<typeof import("node:events")>("node:events");
  readonly #makeContext: () => Context;
  /** Nobody's context: what the loops run in, so that no caller's context leaks into their callbacks or stays alive. */
  readonly #root: Context;
  readonly #alarms = new Alarms(() => this.now());
  /** Loops that wait for nothing the loop knows of: what a deadlock is looked for in. */
  readonly #endless = new Set<IdleLoop>();
  /** One more of them. Mostly the only one, and a set is given a new table when its last member leaves, which would be in each turn. */
  #endlessOne: IdleLoop | null = null;
  /** Whether the end of the process is looked out for, on behalf of {@link #endless}. It stays so: loops go idle and on again all the time. */
  #looksForEnd = false;

  constructor(hooks: AsyncHooks) {
    this.#hooks = hooks;
    class NodeContext extends hooks.AsyncResource implements Context {
      constructor() {
        super("tsyncio");
      }
      run<R, This>(fn: (this: This) => R, self?: This): R {
        return this.runInAsyncScope(fn as (this: This | undefined) => R, self);
      }
    }
    this.#makeContext = () => new NodeContext();
    this.#root = this.#makeContext();
  }

  now(): number {
    return performance.now() / 1000;
  }

  // One hop, dry from every kind of host callback: the microtask runs behind those that are queued, and a tick runs only when
  // no microtask is left.
  afterMicrotasks(fn: () => void): void {
    this.#root.run(this.drainer(fn));
  }

  // What calls it runs in the root context already.
  drainer(fn: () => void): () => void {
    const tick = () => process.nextTick(fn);
    return () => {
      SETTLED.then(tick);
    };
  }

  afterIo(fn: () => void): void {
    this.#root.run(() => setImmediate(fn));
  }

  park(loop: IdleLoop, deadline: number | null): void {
    this.unpark(loop);
    if (deadline !== null && deadline !== Number.POSITIVE_INFINITY) {
      this.#root.run(() => this.#alarms.set(loop, deadline));
      return;
    }
    this.#alarms.clear(loop);
    if (!loop.isAwaited()) return;
    if (this.#endlessOne === null) this.#endlessOne = loop;
    else this.#endless.add(loop);
    if (this.#looksForEnd) return;
    this.#looksForEnd = true;
    beforeEnd(this.#tellDeadlock);
  }

  readonly #tellDeadlock = (): void => {
    this.#looksForEnd = false;
    const loops = [this.#endlessOne, ...this.#endless];
    this.#endlessOne = null;
    this.#endless.clear();
    for (const loop of loops) loop?.deadlock();
  };

  unpark(loop: IdleLoop): void {
    if (this.#endlessOne === loop) this.#endlessOne = null;
    else this.#endless.delete(loop);
  }

  forget(loop: IdleLoop): void {
    this.unpark(loop);
    this.#alarms.clear(loop);
  }

  afterRealTime(seconds: number, fn: () => void, hold = false): () => void {
    const timer = this.#root.run(() => setTimeout(fn, hostDelay(seconds)));
    if (!hold) timer.unref();
    return () => clearTimeout(timer);
  }

  beforeEnd(fn: () => void): () => void {
    return beforeEnd(fn);
  }

  hold(): () => void {
    const timer = this.#root.run(() => setInterval(() => {}, LONGEST));
    return () => clearInterval(timer);
  }

  onSignal(signal: string, fn: () => void): () => void {
    const known = builtin<typeof import("node:os")>("node:os")?.constants.signals;
    if (known !== undefined && !Object.hasOwn(known, signal)) throw new ValueError(`unknown signal: ${signal}`);
    if (signal === "SIGKILL" || signal === "SIGSTOP") throw new RuntimeError(`${signal} cannot be caught`);
    const listener = () => fn();
    process.on(signal as NodeJS.Signals, listener);
    return () => process.off(signal as NodeJS.Signals, listener);
  }

  signalListeners(signal: string): number {
    return process.listenerCount(signal);
  }

  exit(code: number): void {
    process.exit(code);
  }

  captureContext(): Context {
    return this.#makeContext();
  }

  callbackKind(): string | null {
    const kind = this.#hooks.executionAsyncResource().constructor.name;
    return /^(Object|NodeContext|Promise\w*)$/.test(kind) ? null : kind;
  }

  createStorage<T>(): ContextStorage<T> {
    return new this.#hooks.AsyncLocalStorage<T>();
  }

  createAbortController(): AbortController {
    const controller = new AbortController();
    this.#events?.setMaxListeners(0, controller.signal);
    return controller;
  }

  reportUnhandled(error: unknown): void {
    this.#root.run(() => {
      Promise.reject(error);
    });
  }

  log(level: "warn" | "error", message: string, error?: unknown): void {
    if (level === "warn") process.emitWarning(message, "TsyncioWarning");
    else if (error === undefined) console.error(message);
    else console.error("%s\n%O", message, error);
  }
}

const SETTLED = Promise.resolve();
