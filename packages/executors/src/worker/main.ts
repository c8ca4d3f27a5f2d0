import { builtin, library } from "../host.js";
import { type Packed, pack, unpack } from "../packed.js";
import { encodeFailure } from "../remote-errors.js";
import { isPrimitive } from "../sendable.js";
import { CALL_ENDED, CANCEL, DYING, type JobMessage, type Note, type Reply, type SentMessage } from "../wire.js";
import { type Ended, runJob } from "./run-job.js";
import { type RunningJob, setWorkerContext, type WorkerContext } from "./worker-context.js";

/** What the pool loads in its workers. */

const { parentPort, isMainThread, MessageChannel, receiveMessageOnPort } = builtin("node:worker_threads");

/** Cancellations that came before their job: the two travel on different ways. */
const early = new Map<number, unknown>();

const context: WorkerContext = isMainThread ? inProcess() : inThread();
setWorkerContext(context);

/** Runs a job: called by the pool. Never fails: what a job throws is in its reply. */
export function run(message: SentMessage): unknown {
  message[3] = unpack(message[3]);
  const ended = runJob(context, jobOf(message), message as JobMessage);
  return "then" in ended ? ended.then(give) : give(ended);
}

function jobOf([id, , name]: SentMessage): RunningJob {
  const cancelled = early.has(id) ? { reason: early.get(id) } : null;
  // Jobs come in the order of their numbers: what is left was for other workers.
  if (early.size > 0) for (const other of early.keys()) if (other <= id) early.delete(other);
  return { id, name, cancelled, task: null, calls: null, wroteNotes: false };
}

function onNote(note: Note): void {
  const [id, kind] = note;
  const { job } = context;
  if (kind === CALL_ENDED) {
    if (job?.id === id) job.calls?.get(note[2])?.ended(note[3]);
  } else if (kind === CANCEL) {
    const reason = note[2];
    if (job?.id === id) {
      job.cancelled = { reason };
      job.task?.cancel(reason);
    } else if (job === null || job.id < id) early.set(id, reason);
  }
}

function inThread(): WorkerContext {
  const { port1, port2 } = new MessageChannel();
  port1.on("message", onNote);
  parentPort?.postMessage({ tsyncio: port2 }, [port2]);
  return {
    medium: "thread",
    job: null,
    loading: null,
    post(note, transfer) {
      if (this.job !== null) this.job.wroteNotes = true;
      port1.postMessage(note, transfer as []);
    },
    poll() {
      for (let got = receiveMessageOnPort(port1); got !== undefined; got = receiveMessageOnPort(port1)) {
        onNote(got.message as Note);
      }
    },
  };
}

function inProcess(): WorkerContext {
  process.on("message", (message: { tsyncio?: Note } | null) => {
    if (message?.tsyncio !== undefined) onNote(message.tsyncio);
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

function give({ reply, transfer }: Ended): Packed<Reply> | object {
  if (context.medium === "process") return pack(reply, isPrimitive(reply[1]));
  if (transfer.length === 0) return reply;
  const { move, transferableSymbol, valueSymbol } = library("piscina");
  return move({ [transferableSymbol]: transfer, [valueSymbol]: reply } as unknown as Parameters<typeof move>[0]);
}
