import { describe } from "@tsyncio/contract";

/** What can be written: bytes, or a text that is sent as UTF-8. */
export type Writable = Uint8Array | string;

/** A view of `data` as a `Buffer`, without a copy. */
export function asBuffer(data: Uint8Array): Buffer {
  if (Buffer.isBuffer(data)) return data;
  if (!ArrayBuffer.isView(data)) throw new TypeError(`data must be a Uint8Array, got ${describe(data)}`);
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

/** Refuses what can't be written. */
export function checkData(data: unknown): asserts data is Writable {
  if (typeof data === "string" || data instanceof Uint8Array) return;
  throw new TypeError(`data argument must be a Uint8Array or a string, not ${describe(data)}`);
}

/** Whether there is anything to write. */
export function isEmpty(data: Writable): boolean {
  return data.length === 0;
}
