// Runs a program from its first line to its last, in the phases of `asyncio.run`.
import type { Syntax } from "./compile/context.ts";
import { allTasks, DeadlockError, type EventLoop, type Future, gather, SystemExit, Task } from "./library.ts";
import { makeObjects } from "./operations/index.ts";
import type { Program } from "./program.ts";
import { Runtime } from "./runtime.ts";
import { within } from "./within.ts";

const SHUTDOWN_MESSAGE = "unhandled exception during asyncio.run() shutdown";

/** Runs the program on a loop of its own; gives its trace. */
export async function runProgram(program: Program, syntax: Syntax): Promise<readonly string[]> {
  const runtime = new Runtime(program, syntax);
  runtime.loop.setExceptionHandler((_loop, { message, exception }) => reportException(runtime, message, exception));
  try {
    await runPhases(runtime);
  } catch (error) {
    writeEarlyEnd(runtime, error);
  }
  runtime.loop.close();
  return runtime.trace.lines;
}

async function runPhases(runtime: Runtime): Promise<void> {
  const { loop, trace, program } = runtime;
  makeObjects(runtime);
  const main = new Task(runtime.coroutine(program.main), { loop, name: "main" });
  setUpTasks(loop, program.eager ?? false);

  const [mark, value] = await outcome(runtime, main);
  trace.line("-", "end", mark, value);

  const left = [...allTasks(loop)];
  for (const task of left) task.cancel();
  if (left.length > 0) await outcome(runtime, gather(left, { returnExceptions: true }));
  for (const task of left) {
    if (task.cancelled() || task.exception() === null) continue;
    loop.callExceptionHandler({ message: SHUTDOWN_MESSAGE, exception: task.exception(), task });
  }
  trace.last("closed", "=", namesOfTasks(loop));
}

/** Tasks without a name get one that counts within the program; and they start eagerly if the program says so. */
function setUpTasks(loop: EventLoop, eager: boolean): void {
  let unnamed = 0;
  loop.setTaskFactory((loop, source, options) => {
    const name = options.name ?? `Task-${++unnamed}`;
    return new Task(source, { ...options, loop, name, eagerStart: options.eagerStart ?? eager });
  });
}

/** Runs the loop until the future is done: how that ended, as a line shows it. What leaves the loop early is thrown. */
async function outcome(runtime: Runtime, future: Future<unknown>): Promise<["<" | "!", unknown]> {
  try {
    return ["<", await within(10, runtime.loop.runUntilComplete(future))];
  } catch (error) {
    if (!future.done() || error instanceof SystemExit) throw error;
    return ["!", error];
  }
}

/** The last line of a program that does not get to its end. */
function writeEarlyEnd({ loop, trace }: Runtime, error: unknown): void {
  if (trace.full) trace.last("BUDGET", "=", null);
  else if (error instanceof DeadlockError) trace.last("DEADLOCK", "=", namesOfTasks(loop));
  else if (error instanceof SystemExit) trace.last("abort", "!", error);
  else throw error;
}

function namesOfTasks(loop: EventLoop): string[] {
  return Array.from(allTasks(loop), (task) => task.getName());
}

/** Writes what asyncio tells its exception handler; other messages depend on garbage collection or are our own. */
function reportException({ trace }: Runtime, message: string, exception: unknown): void {
  const text = messageOf(message);
  if (text !== null) trace.line("-", "handler", "=", text, exception);
}

function messageOf(message: string): string | null {
  if (message === SHUTDOWN_MESSAGE) return message;
  if (message.startsWith("Exception in callback")) return "Exception in callback";
  if (message.includes("has errored out but its parent")) {
    return "Task has errored out but its parent task is already completed";
  }
  return null;
}
