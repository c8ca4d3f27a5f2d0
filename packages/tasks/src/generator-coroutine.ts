import { type Call, type CoroutineFrame, RuntimeError } from "@tsyncio/contract";
import { Coroutine, NEW, notDriven, reused } from "./coroutine.js";
import { watchForAwait } from "./never-awaited.js";

/**
 * NEW ──yield*──▶ OFFERED ──its task opens it──▶ INLINE ──its task takes the result──▶ ENDED
 *  ├───root of a task, or await──▶ ROOT                                                ▲
 *  └───close()─────────────────────────────────────────────────────────────────────────┘
 */
const OFFERED = 1;
const INLINE = 2;
const ROOT = 3;

/** A coroutine that runs a generator, or what is driven like one. */
export class GeneratorCoroutine<T> extends Coroutine<T> {
  readonly name: string;
  readonly frame: CoroutineFrame<T>;
  caller: Call | null = null;

  constructor(frame: CoroutineFrame<T>, name: string) {
    super();
    this.name = name;
    this.frame = frame;
    watchForAwait(this);
  }

  override open(): CoroutineFrame<T> {
    if (this.state > OFFERED) throw reused();
    this.leave(this.state === OFFERED ? INLINE : ROOT);
    return this.frame;
  }

  override next(sent?: unknown): IteratorResult<unknown, T> {
    if (this.state <= NEW) {
      this.leave(OFFERED);
      this.value = this;
      return this as unknown as IteratorResult<unknown, T>;
    }
    if (this.state === OFFERED) throw notDriven(this);
    if (this.caller !== null) throw new RuntimeError("coroutine is being awaited already");
    if (this.state !== INLINE) throw reused();
    return this.return(sent as T);
  }

  override close(): void {
    super.close();
    const result = this.frame.return(undefined as T);
    if (!result.done) throw new RuntimeError("coroutine ignored close()");
  }
}
