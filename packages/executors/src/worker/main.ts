import type { MessagePort } from "node:worker_threads";
import { builtin } from "../host.js";
import { encodeFailure } from "../remote-errors.js";
import { CALL_ENDED, CANCEL, DYING, ENDED, type Note, REJECTED, RELEASE, type SentMessage } from "../wire.js";
import { type Ended, runJob } from "./run-job.js";
import { type RunningJob, setWorkerContext, type WorkerContext } from "./worker-context.js";

/** What the pool loads in its workers. */

const { isMainThread, receiveMessageOnPort } = builtin("node:worker_threads");

/** In a thread: the way to the loop, while this worker is lent. */
let port: MessagePort | null = null;
/** Gives this worker back to its pool. */
let release = () => {};

const context: WorkerContext = isMainThread ? inProcess() : inThread();
setWorkerContext(context);

/** Lends this worker: called by the pool, for which it is one task. */
export function run(lent: MessagePort | null): Promise<void> {
  port = lent;
  // As the web has it: on Deno a port that came in a message has nothing else.
  lent?.addEventListener("message", (event: Event) => onMessage((event as MessageEvent).data));
  lent?.start();
  return new Promise((resolve) => {
    release = resolve;
  });
}

function onMessage(message: SentMessage | Note): void {
  if (isJob(message)) start(message);
  else if (message[1] === RELEASE) release();
  else onNote(message);
}

function isJob(message: SentMessage | Note): message is SentMessage {
  return typeof message[1] === "string";
}

function start(message: SentMessage): void {
  const [id, , name] = message;
  const job: RunningJob = { id, name, cancelled: null, task: null, calls: null };
  const ended = runJob(context, job, message);
  if ("then" in ended) ended.then((end) => reply(id, end));
  else reply(id, ended);
}

function reply(id: number, ended: Ended): void {
  const { stdout, stderr } = process;
  // What the job has printed comes before its end.
  if (stdout.writableLength > 0 || stderr.writableLength > 0) {
    stdout.write("", () => stderr.write("", () => send(id, ended)));
  } else send(id, ended);
}

function send(id: number, { reply, transfer }: Ended): void {
  try {
    context.post([id, ENDED, reply], transfer);
  } catch (error) {
    context.post([id, ENDED, [REJECTED, encodeFailure(error, context.medium)]]);
  }
}

function onNote(note: Note): void {
  const { job } = context;
  if (job?.id !== note[0]) return;
  if (note[1] === CALL_ENDED) {
    job.calls?.get(note[2])?.ended(note[3]);
  } else if (note[1] === CANCEL) {
    job.cancelled = { reason: note[2] };
    job.task?.cancel(note[2]);
  }
}

function inThread(): WorkerContext {
  return {
    medium: "thread",
    job: null,
    loading: null,
    post: (note, transfer) => port?.postMessage(note, transfer as []),
    poll() {
      if (port === null) return;
      for (let got = receiveMessageOnPort(port); got !== undefined; got = receiveMessageOnPort(port)) {
        onMessage(got.message);
      }
    },
  };
}

function inProcess(): WorkerContext {
  process.on("message", (message: { tsyncio?: SentMessage | Note } | null) => {
    if (message?.tsyncio !== undefined) onMessage(message.tsyncio);
  });
  // Without its parent nobody waits for the job.
  process.on("disconnect", () => process.exit());
  process.on("uncaughtExceptionMonitor", sayWhy);
  process.on("exit", (code) => sayWhy(new Error(`worker exited with code: ${code}`)));
  return { medium: "process", job: null, loading: null, post: (note) => process.send?.({ tsyncio: note }), poll() {} };
}

/** Of the end of its child, a process sees nothing but that it came. */
function sayWhy(error: unknown): void {
  if (!process.connected || context.job === null) return;
  context.post([context.job.id, DYING, encodeFailure(error, "process")]);
}
