import { brand, RuntimeError } from "@tsyncio/contract";

/** No Redis answered in time, or it refused the connection or what it was sent (Python's `ConnectionError`). `cause` is what the last try said. */
export class RedisConnectionError extends RuntimeError {
  static {
    brand(this, "RedisConnectionError");
  }
}

/** There is no job of that id: there never was one, or what it left is gone (Python's `LookupError`). */
export class UnknownJobError extends RuntimeError {
  static {
    brand(this, "UnknownJobError");
  }
}
