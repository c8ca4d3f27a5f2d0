import { brand } from "@tsyncio/contract";

/** An error of a connection, shaped as the host's own are: `code` says what happened. */
export class ConnectionError extends Error {
  static {
    brand(this, "ConnectionError");
  }
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What stands for Python's `ConnectionResetError('Connection lost')`. */
export function connectionLost(): ConnectionError {
  return new ConnectionError("ECONNRESET", "Connection lost");
}

/** Whether `error` is one of the system's: a fault of the network, and not of the program. */
export function isSystemError(error: unknown): boolean {
  return typeof (error as { code?: unknown } | null)?.code === "string";
}
