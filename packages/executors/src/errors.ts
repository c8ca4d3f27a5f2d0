import { brand, RuntimeError } from "@tsyncio/contract";

/**
 * The worker ended while it ran the job: it crashed, exited or was killed (`BrokenThreadPool`, `BrokenProcessPool`). The pool goes on with
 * another worker. `cause` is what the host said.
 */
export class BrokenWorkerError extends RuntimeError {
  static {
    brand(this, "BrokenWorkerError");
  }
}
