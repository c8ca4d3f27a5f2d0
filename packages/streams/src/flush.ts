import type { Socket } from "node:net";
import type { LoopContract } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";

/** Is done when all that was written to `socket` is handed to the system, or is lost with it. */
export function flushed(loop: LoopContract, socket: Socket): Future<void> {
  const done = new Future<void>({ loop });
  const settle = () => {
    if (!done.done()) done.setResult();
  };
  // Nothing, behind everything: its callback comes when its turn has come.
  if (socket.writableLength === 0 || !socket.writable) settle();
  else socket.write(NOTHING, settle);
  return done;
}

const NOTHING = new Uint8Array(0);
