import type { SentFailure } from "./remote-errors.js";
import type { Transferable } from "./transfer.js";

/**
 * What goes between the loop and its workers. Arrays, which cost less to clone than objects with names.
 *
 *   JobMessage   loop ──▶ worker   by the pool
 *   Reply        worker ──▶ loop   by the pool: the end of the job
 *   Note         both ways, while the job runs: on a port of the worker's, or the channel of its process
 *
 * Notes and replies travel on different ways. What a job wrote before its end is taken in before its reply.
 */
export type JobMessage = [id: number, where: string, name: string, args: unknown[], flags: number];

/** `where` is the text of a function, not the URL of a module. */
export const IS_SOURCE = 1;
/** `args` holds argument lists, one for each call: a chunk of `map`. */
export const IS_CHUNK = 2;

export const FULFILLED = 0;
export const REJECTED = 1;
export const CANCELLED = 2;

export type Reply =
  | [typeof FULFILLED, value: unknown]
  | [typeof REJECTED, failure: SentFailure]
  | [typeof CANCELLED, reason: unknown];

/** To the worker: the job was cancelled. Its data: the reason. */
export const CANCEL = 0;
/** To the loop: a progress report. Its data: the value. */
export const REPORT = 1;

export type Note = [id: number, kind: number, data: unknown];

/** How notes are sent. */
export type Post = (note: Note, transfer?: readonly Transferable[]) => void;
