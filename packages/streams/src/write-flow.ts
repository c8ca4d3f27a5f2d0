import { checkOptionNames, describe, type LoopContract, ValueError } from "@tsyncio/contract";
import { runInLoop } from "./in-loop.js";
import type { WriteBufferLimits } from "./transports.js";

const DEFAULT_HIGH = 64 * 1024;

/** A protocol, as the control of its flow sees it. */
export interface Flowed {
  pauseWriting(): void;
  resumeWriting(): void;
}

/** A transport, as the control of its flow sees it. */
interface Flowing {
  getWriteBufferSize(): number;
  getProtocol(): Flowed;
}

/** Pauses the protocol of a transport while its write buffer is above the high-water mark, until it is at the low one. */
export class WriteFlow {
  readonly #loop: LoopContract;
  readonly #transport: Flowing;
  high: number = DEFAULT_HIGH;
  low: number = DEFAULT_HIGH / 4;
  /** Whether the protocol is paused. */
  paused = false;

  constructor(loop: LoopContract, transport: Flowing) {
    this.#loop = loop;
    this.#transport = transport;
  }

  limits(): [low: number, high: number] {
    return [this.low, this.high];
  }

  setLimits(limits: WriteBufferLimits = {}): void {
    const names = { high: true, low: true } as const;
    const { high: givenHigh, low: givenLow } = checkOptionNames("setWriteBufferLimits()", limits, names);
    const high = givenHigh ?? (givenLow == null ? DEFAULT_HIGH : 4 * givenLow);
    const low = givenLow ?? Math.floor(high / 4);
    if (!(typeof high === "number" && typeof low === "number" && high >= low && low >= 0)) {
      throw new ValueError(`high (${describe(high)}) must be >= low (${describe(low)}) must be >= 0`);
    }
    this.high = high;
    this.low = low;
    this.grown();
  }

  /** The buffer has grown. */
  grown(): void {
    if (this.paused || this.#transport.getWriteBufferSize() <= this.high) return;
    this.paused = true;
    this.#tell("pauseWriting");
  }

  /** The buffer has shrunk. */
  shrunk(): void {
    if (!this.paused || this.#transport.getWriteBufferSize() > this.low) return;
    this.paused = false;
    this.#tell("resumeWriting");
  }

  #tell(what: "pauseWriting" | "resumeWriting"): void {
    const protocol = this.#transport.getProtocol();
    runInLoop(
      this.#loop,
      () => protocol[what](),
      (exception) => {
        this.#loop.callExceptionHandler({ message: `protocol.${what}() failed`, exception });
      },
    );
  }
}
