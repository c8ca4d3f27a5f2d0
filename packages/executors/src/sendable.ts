import { describe } from "@tsyncio/contract";
import { Queue } from "@tsyncio/sync";
import { isAwaitable } from "./awaitable.js";
import { builtin } from "./host.js";
import { LocalQueue } from "./queue-proxy.js";
import { isDetached, isShared, isTransferable } from "./transfer.js";

/** What carries values to a worker: a thread shares memory and takes things over, a process gets bytes. */
export type Medium = "thread" | "process";

/**
 * How many levels a value may have. The host reads one by recursion: from some 1,500 on that would fail where it arrives, and there nobody hears of it
 * (a thread), or the whole program ends of it (a process).
 */
const LEVELS = 1000;

/**
 * Refuses what can't be sent, and says which part of it: by the platform alone one learns that "something could not be cloned".
 * @param what - what the value is, for the message
 * @param transferred - what is handed over with it
 * @throws `TypeError`
 */
export function checkSendable(
  value: unknown,
  what: () => string,
  medium: Medium,
  transferred: readonly unknown[],
): void {
  const problem = problemOf(value, "", medium, transferred, null, 0);
  if (problem !== null) throw new TypeError(`${what()} can't be sent to a worker ${medium}: ${problem}`);
}

/** Whether the value is one that every medium carries, without a look inside. */
export function isPrimitive(value: unknown): boolean {
  const type = typeof value;
  return value === null || (type !== "object" && type !== "function" && type !== "symbol");
}

function problemOf(
  value: unknown,
  path: string,
  medium: Medium,
  transferred: readonly unknown[],
  seen: Set<object> | null,
  level: number,
): string | null {
  if (isPrimitive(value)) return null;
  const at = path === "" ? "it" : path;
  if (level > LEVELS) return `it has more than ${LEVELS} levels`;
  if (typeof value === "symbol") return `${at} is a symbol`;
  if (typeof value === "function") return `${at} is ${describe(value)}`;
  const object = value as object;
  if (seen?.has(object)) return null;
  seen = (seen ?? new Set()).add(object);
  if (transferred.includes(object)) return null;
  if (builtin("node:util").types.isProxy(object)) return `${at} is a proxy`;
  const prototype: unknown = Object.getPrototypeOf(object);
  if (Array.isArray(object) || prototype === Object.prototype || prototype === null) {
    for (const [key, item] of Object.entries(object)) {
      const problem = problemOf(
        item,
        `${path}${keyOf(key, Array.isArray(object))}`,
        medium,
        transferred,
        seen,
        level + 1,
      );
      if (problem !== null) return problem;
    }
    return null;
  }
  if (object instanceof Map || object instanceof Set) {
    for (const item of object instanceof Map ? [...object].flat() : object) {
      const problem = problemOf(item, `an entry of ${at}`, medium, transferred, seen, level + 1);
      if (problem !== null) return problem;
    }
    return null;
  }
  return opaqueProblem(object, at, medium);
}

function keyOf(key: string, inArray: boolean): string {
  if (inArray) return `[${key}]`;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

/** What is no plain object: the platform is asked. */
function opaqueProblem(object: object, at: string, medium: Medium): string | null {
  const memory = ArrayBuffer.isView(object) ? object.buffer : object;
  if (isShared(memory)) return medium === "thread" ? null : `${at} is shared memory, which processes can't share`;
  if (memory instanceof ArrayBuffer) return isDetached(memory) ? `${at} was handed over already` : null;
  // The platform would make empty objects of these.
  if (isAwaitable(object)) return `${at} is ${describe(object)}, which only the loop can await`;
  if (object instanceof Queue) return `${at} is a queue: hand it over with queueProxy()`;
  if (object instanceof LocalQueue) return `${at} is a queue: only an argument of its own can be one`;
  if (object instanceof AbortSignal) {
    return `${at} is an AbortSignal; inside a job, currentSignal() is aborted when the job is cancelled`;
  }
  if (isTransferable(object)) {
    return medium === "thread"
      ? `${at} is ${describe(object)}: hand it over with transfer()`
      : `${at} is ${describe(object)}`;
  }
  try {
    const copy: object = structuredClone(object);
    return medium === "thread" || isKeptByBytes(object, copy)
      ? null
      : `${at} is ${describe(object)}, which bytes can't carry`;
  } catch (error) {
    const { message } = error as Error;
    return at === "it" ? message : `${at}: ${message}`;
  }
}

/** Whether bytes carry as much of it as a copy has: they make empty objects of what is Node's own, such as a `Blob`. */
function isKeptByBytes(object: object, copy: object): boolean {
  const { serialize, deserialize } = builtin("node:v8");
  return Object.getPrototypeOf(deserialize(serialize(object))) === Object.getPrototypeOf(copy);
}
