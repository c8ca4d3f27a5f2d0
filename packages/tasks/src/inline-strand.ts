import type { Call, Sink } from "@tsyncio/contract";
import type { Scope } from "./scope.js";
import { captureContext } from "./scope-cells.js";
import { Strand } from "./strand.js";

/** `await coroutine` in an async function: runs it on behalf of the scope that the function belongs to. */
export class InlineStrand<T> extends Strand {
  readonly #sink: Sink<T>;
  /** Whether it is still inside `then`, which may not call back at once. */
  #beginning = true;

  constructor(scope: Scope, call: Call<T>, sink: Sink<T>) {
    super(scope.task, scope, call, captureContext(scope.loop));
    this.#sink = sink;
  }

  begin(): void {
    this.resume();
    this.#beginning = false;
  }

  override toString(): string {
    return `<Task ${this.task.getName()} await>`;
  }

  protected override makeScope(): Scope {
    return this.scope;
  }

  protected override returned(value: unknown): void {
    this.#tell(() => this.#sink.onValue(value as T));
  }

  protected override threw(error: unknown): void {
    this.#tell(() => this.#sink.onError(error));
  }

  #tell(tell: () => void): void {
    if (this.#beginning) {
      queueMicrotask(tell);
      return;
    }
    this.loop.wakesNative();
    tell();
  }
}
