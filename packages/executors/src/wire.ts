import type { Packed } from "./packed.js";
import type { SentFailure } from "./remote-errors.js";
import type { Transferable } from "./transfer.js";

/**
 * What goes between the loop and its workers. Arrays, which cost less to clone than objects with names.
 *
 *   JobMessage   loop ──▶ worker
 *   Note         both ways, while the job runs; the last one has its Reply
 *
 * All travel on one way, a port of the worker's or the channel of its process: in the order in which they were written.
 */
export type JobMessage<Args = unknown[]> = [id: number, where: string, name: string, args: Args, flags: number];

/** As it is on its way. */
export type SentMessage = JobMessage<Packed<unknown[]>>;

/** `where` is the text of a function, not the URL of a module. */
export const IS_SOURCE = 1;
/** `args` holds argument lists, one for each call: a chunk of `map`. */
export const IS_CHUNK = 2;

/** Some of `args` are a {@link SentQueue}. */
export const HAS_QUEUES = 4;

/** Stands for a queue of the main thread's among the arguments. */
export interface SentQueue {
  readonly "tsyncio:queue": number;
}

export const FULFILLED = 0;
export const REJECTED = 1;
export const CANCELLED = 2;

/** The end of a job or a call. */
export type Reply =
  | [typeof FULFILLED, value: unknown]
  | [typeof REJECTED, failure: SentFailure]
  | [typeof CANCELLED, reason: unknown];

/** To the worker: the job was cancelled. */
export const CANCEL = 0;
/** To the worker: a call of the job's has ended. */
export const CALL_ENDED = 1;
/** To the loop: a progress report. */
export const REPORT = 2;
/** To the loop: the job calls a function, or a method of a queue, and waits for it. */
export const CALL = 3;
/** To the loop: such a call was cancelled. */
export const CANCEL_CALL = 4;
/** To the loop: a call that nobody waits for. */
export const CALL_SOON = 5;
/** To the loop: what `get()` of a queue gave has come to who wanted it. */
export const TAKEN = 6;
/** To the loop: nobody wanted it any more. */
export const GIVEN_BACK = 7;
/** To the loop: the process ends, and this is why. Threads say it by the host's own means. */
export const DYING = 8;
/** To the loop: the end of the job. */
export const ENDED = 9;
/** To the worker: there are no more jobs for now, and it goes back to its pool. */
export const RELEASE = 10;

/** What is called: a function of the executor's by its name, or a method of a queue of the job's. */
export type Callee = string | readonly [queue: number, method: QueueMethod];
export type QueueMethod = "get" | "put" | "join" | "taskDone" | "shutdown";

export type Note =
  | [id: number, kind: typeof CANCEL, reason: unknown]
  | [id: number, kind: typeof CALL_ENDED, call: number, reply: Reply]
  | [id: number, kind: typeof REPORT, value: unknown]
  | [id: number, kind: typeof CALL, call: number, callee: Callee, args: unknown[]]
  | [id: number, kind: typeof CANCEL_CALL, call: number, reason: unknown]
  | [id: number, kind: typeof CALL_SOON, callee: Callee, args: unknown[]]
  | [id: number, kind: typeof TAKEN | typeof GIVEN_BACK, call: number]
  | [id: number, kind: typeof DYING, why: SentFailure]
  | [id: number, kind: typeof ENDED, reply: Reply]
  | [id: 0, kind: typeof RELEASE];

/** How notes are sent. */
export type Post = (note: Note, transfer?: readonly Transferable[]) => void;
