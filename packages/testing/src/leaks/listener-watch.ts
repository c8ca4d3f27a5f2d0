import type { EventEmitter } from "node:events";
import type { Leak, Watch } from "./leak.js";
import { placeBelow } from "./place.js";

type Listener = (...args: never[]) => unknown;

/** Listeners of an event emitter, such as `process`: those that were not there before. */
export class EmitterWatch implements Watch {
  readonly #emitter: EventEmitter;
  readonly #name: string;
  readonly #before = new Map<string | symbol, Listener[]>();
  readonly #sources = new Map<Listener, string | null>();

  constructor(emitter: EventEmitter, name: string) {
    this.#emitter = emitter;
    this.#name = name;
    for (const event of emitter.eventNames()) this.#before.set(event, emitter.rawListeners(event) as Listener[]);
    emitter.on("newListener", this.#added);
  }

  left(): Leak[] {
    return this.#emitter.eventNames().flatMap((event) => {
      const before = [...(this.#before.get(event) ?? [])];
      return (this.#emitter.rawListeners(event) as Listener[]).flatMap((listener) => {
        const known = before.indexOf(listener);
        if (known >= 0) before.splice(known, 1);
        if (known >= 0 || listener === this.#added) return [];
        const own = (listener as { listener?: Listener }).listener ?? listener;
        return [
          { kind: "listener", what: `of ${this.#name} for ${String(event)}`, source: this.#sources.get(own) ?? null },
        ];
      });
    });
  }

  stop(): void {
    this.#emitter.off("newListener", this.#added);
  }

  readonly #added = (_event: string | symbol, listener: Listener): void => {
    this.#sources.set(listener, placeBelow("/leaks/listener-watch.").source);
  };
}

type GetListeners = (target: EventTarget, event: string) => unknown[];

/** Listeners of a signal for its abortion: more than there were. Who they are can't be told. */
export class SignalWatch implements Watch {
  readonly #signal: AbortSignal;
  readonly #listeners: GetListeners | null;
  readonly #before: number;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    this.#listeners = globalThis.process?.getBuiltinModule?.("node:events")?.getEventListeners ?? null;
    this.#before = this.#count();
  }

  left(): Leak[] {
    const more = this.#count() - this.#before;
    if (more <= 0) return [];
    return [
      { kind: "listener", what: `of a signal that is watched, for abort (${more} more than before)`, source: null },
    ];
  }

  stop(): void {}

  #count(): number {
    return this.#listeners?.(this.#signal, "abort").length ?? 0;
  }
}
