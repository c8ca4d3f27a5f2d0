import type { Socket, SocketConnectOpts } from "node:net";
import { ExceptionGroup, type LoopContract } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { outsideTask } from "@tsyncio/tasks";
import { ConnectionError, isSystemError } from "./connection-error.js";
import { DirectReading } from "./direct-reading.js";
import { host } from "./host.js";

/** How several addresses are tried. */
export interface Trying {
  /** After how many seconds the next address is tried beside the ones before it; `null`: when they have failed. */
  readonly stagger: number | null;
  /** Whether all failures are thrown, as an `ExceptionGroup`. */
  readonly allErrors: boolean;
  /** Whether the socket is read past the host's stream of it. */
  readonly direct: boolean;
}

/**
 * The first of `candidates` that can be connected to. Cancelling it, and its end, leaves no other socket behind: whoever gets the socket owns it.
 * Until then an error of it waits in `socket.errored`.
 */
export class Connecting extends Future<Socket> {
  readonly #candidates: readonly SocketConnectOpts[];
  readonly #trying: Trying;
  readonly #errors: unknown[] = [];
  readonly #open = new Set<Socket>();
  #next = 0;
  #stopTimer: (() => void) | null = null;

  constructor(loop: LoopContract, candidates: readonly SocketConnectOpts[], trying: Trying) {
    super({ loop });
    this.#candidates = candidates;
    this.#trying = trying;
    this.#tryNext();
  }

  override cancel(reason?: unknown): boolean {
    if (!super.cancel(reason)) return false;
    this.#leaveOthers(null);
    return true;
  }

  protected override describeSelf(): string {
    return super.describeSelf().replace("Future", "connection attempt");
  }

  #tryNext(): void {
    this.#stopTimer?.();
    const options = this.#candidates[this.#next++];
    if (options === undefined) {
      if (this.#open.size === 0) this.setException(this.#failure());
      return;
    }
    const { stagger } = this.#trying;
    if (stagger !== null && this.#next < this.#candidates.length) {
      const timer = this.getLoop().callLater(stagger, () => this.#tryNext(), { context: null });
      this.#stopTimer = () => timer.cancel();
    }
    this.#try(options);
  }

  #try(options: SocketConnectOpts): void {
    const { Socket } = host("node:net");
    const socket = outsideTask(() =>
      this.#trying.direct ? DirectReading.socket(Socket) : new Socket({ allowHalfOpen: true }),
    );
    this.#open.add(socket);
    socket.on("error", (error) => this.#failed(socket, error));
    socket.once("connect", () => {
      if (this.done()) return;
      this.#leaveOthers(socket);
      this.setResult(socket);
    });
    try {
      outsideTask(() => socket.connect(options));
    } catch (error) {
      // What the host refuses at once, such as a local address that is none.
      socket.destroy();
      this.#failed(socket, error);
    }
  }

  #failed(socket: Socket, error: unknown): void {
    if (!this.#open.delete(socket) || this.done()) return;
    this.#errors.push(error);
    this.#tryNext();
  }

  #leaveOthers(chosen: Socket | null): void {
    this.#stopTimer?.();
    for (const socket of this.#open) if (socket !== chosen) socket.destroy();
    this.#open.clear();
  }

  #failure(): unknown {
    const [first] = this.#errors;
    const texts = this.#errors.map((error) => (error instanceof Error ? error.message : String(error)));
    if (this.#trying.allErrors) return new ExceptionGroup("create_connection failed", this.#errors as Error[]);
    if (texts.every((text) => text === texts[0])) return first;
    const code = isSystemError(first) ? (first as { code: string }).code : "ECONNREFUSED";
    const cause = new ExceptionGroup("create_connection failed", this.#errors as Error[]);
    return new ConnectionError(code, `Multiple exceptions: ${texts.join(", ")}`, { cause });
  }
}
