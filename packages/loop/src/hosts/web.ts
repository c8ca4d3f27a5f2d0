import { type Context, type ContextStorage, type Host, type IdleLoop, RuntimeError } from "@tsyncio/contract";
import { Alarms, hostDelay } from "./alarms.js";

/** Browsers and their workers: no async context, no signals, and no notice when nothing is left to do. */
export function webHost(): Host {
  return new WebHost();
}

class WebHost implements Host {
  readonly name = "web";
  readonly virtual = false;
  readonly #alarms = new Alarms(() => this.now());
  readonly #hop = new MessageHop();

  now(): number {
    return performance.now() / 1000;
  }

  // A message is delivered when no microtask is left.
  afterMicrotasks(fn: () => void): void {
    this.#hop.post(fn);
  }

  drainer(fn: () => void): () => void {
    return () => this.#hop.post(fn);
  }

  afterIo(fn: () => void): void {
    setTimeout(fn, 0);
  }

  park(loop: IdleLoop, deadline: number | null): void {
    if (deadline !== null && deadline !== Number.POSITIVE_INFINITY) this.#alarms.set(loop, deadline);
    else this.#alarms.clear(loop);
  }

  unpark(): void {}

  forget(loop: IdleLoop): void {
    this.#alarms.clear(loop);
  }

  afterRealTime(seconds: number, fn: () => void): () => void {
    const timer = setTimeout(fn, hostDelay(seconds));
    return () => clearTimeout(timer);
  }

  beforeEnd(): () => void {
    return () => {};
  }

  hold(): () => void {
    return () => {};
  }

  onSignal(signal: string): () => void {
    throw new RuntimeError(`this host has no signals: ${signal}`);
  }

  signalListeners(): number {
    return 0;
  }

  exit(): void {}

  captureContext(): Context | null {
    return null;
  }

  callbackKind(): string | null {
    return null;
  }

  createStorage<T>(): ContextStorage<T> | null {
    return null;
  }

  createAbortController(): AbortController {
    return new AbortController();
  }

  reportUnhandled(error: unknown): void {
    const report = (globalThis as { reportError?: (error: unknown) => void }).reportError;
    if (report === undefined) Promise.reject(error);
    else report(error);
  }

  log(level: "warn" | "error", message: string, error?: unknown): void {
    if (error === undefined) console[level](message);
    else console[level](message, error);
  }
}

/** Functions that run in order, each in a message event of its own. */
class MessageHop {
  readonly #channel = new MessageChannel();
  readonly #waiting: (() => void)[] = [];

  constructor() {
    const port = this.#channel.port1 as unknown as { onmessage: () => void };
    port.onmessage = () => this.#waiting.shift()?.();
  }

  post(fn: () => void): void {
    this.#waiting.push(fn);
    this.#channel.port2.postMessage(null);
  }
}
