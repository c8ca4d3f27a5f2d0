import type { ListenOptions, Server as NetServer } from "node:net";
import type { LoopContract } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { type Coroutine, coroutine, outsideTask } from "@tsyncio/tasks";
import { type Address, addressOf, showAddress } from "./addresses.js";

/** A socket that a server listens on. */
export interface ListeningSocket {
  /** Its address: `[host, port]`, of IPv6 with flow and scope; the path of a Unix socket. */
  getsockname(): Address | null;
  /** The host's server; `null` where it is a fake one. */
  readonly native: NetServer | null;
  /** @internal */
  close(): void;
}

/** A socket of the host that listens. */
class NativeListeningSocket implements ListeningSocket {
  readonly native: NetServer;
  readonly #address: Address | null;

  constructor(native: NetServer) {
    this.native = native;
    this.#address = addressOf(native.address());
  }

  getsockname(): Address | null {
    return this.#address;
  }

  close(): void {
    this.native.close();
  }

  toString(): string {
    return showAddress(this.#address);
  }
}

/**
 * Has `native` listen. What it accepts belongs to no task.
 * @throws what the system says: a port in use, for example.
 */
export const listen: (loop: LoopContract, native: NetServer, options: ListenOptions) => Coroutine<ListeningSocket> =
  coroutine(function* listen(loop: LoopContract, native: NetServer, options: ListenOptions) {
    const listening = new Future<void>({ loop });
    const onError = (error: Error) => {
      if (!listening.done()) listening.setException(error);
    };
    native.once("error", onError);
    outsideTask(() => native.listen(options)).once("listening", () => {
      if (!listening.done()) listening.setResult();
    });
    let done = false;
    try {
      yield* listening;
      done = true;
    } finally {
      if (!done) native.close();
      native.off("error", onError);
    }
    return new NativeListeningSocket(native);
  });
