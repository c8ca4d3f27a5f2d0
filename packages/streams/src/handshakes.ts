import type { Server as NetServer, Socket } from "node:net";
import type { LoopContract } from "@tsyncio/contract";
import { showAddress } from "./addresses.js";
import { Opened } from "./open-resource.js";
import type { Server } from "./server.js";

/**
 * The connections of a TLS server that are shaking hands. They are connections of the server already: it waits for them, and ends them. Known by the
 * address of the peer, for the host does not say which socket a secured one was before; those of Unix sockets, which have none, are left to the
 * timeout of the handshake.
 */
export class Handshakes {
  readonly #ends = new Map<string, () => void>();

  constructor(loop: LoopContract, native: NetServer, server: Server) {
    native.on("connection", (socket: Socket) => {
      const peer = peerOf(socket);
      if (peer === null) return;
      const destroy = () => void socket.destroy();
      const client = { close: destroy, abort: destroy };
      const opened = new Opened(loop, "transport", () => `<TLS handshake with ${peer}>`, destroy, null);
      const end = () => {
        if (this.#ends.get(peer) === end) this.#ends.delete(peer);
        opened.close();
        server.detach(client);
      };
      this.#ends.set(peer, end);
      server.attach(client);
      socket.once("close", end);
    });
  }

  /** What ends the handshake that led to `secured`, to be called when that is a connection of the server. */
  of(secured: Socket): (() => void) | undefined {
    return this.#ends.get(peerOf(secured) ?? "");
  }
}

function peerOf({ remoteAddress, remotePort }: Socket): string | null {
  return remoteAddress === undefined || remotePort === undefined ? null : showAddress([remoteAddress, remotePort]);
}
