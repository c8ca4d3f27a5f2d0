import { checkOptionNames, type Delay, describe, type OptionNames, ValueError } from "@tsyncio/contract";
import { secondsOf } from "@tsyncio/loop";
import type { Writable } from "@tsyncio/streams";
import { type Coroutine, coroutine } from "@tsyncio/tasks";
import { CallSite } from "./call-site.js";
import type { Output } from "./collect-output.js";
import { SPAWN_OPTIONS } from "./options.js";
import type { Process } from "./process.js";
import { noteOutput, outputOf, ProcessError, ProcessTimeoutError, showCommand, wordsOf } from "./process-error.js";
import { inScope, planScope, type ScopeOptions, type ScopePlan } from "./scope.js";
import { DEVNULL, PIPE } from "./stdio.js";

/** How {@link runProcess} runs a program. Left out, `stdout` and `stderr` are pipes, and `stdin` is `DEVNULL`, or a pipe for the input. */
export interface RunOptions extends Omit<ScopeOptions, "limit"> {
  /** What it reads from its `stdin`. */
  input?: Writable | null | undefined;
  /** `"utf8"`, the default: what it writes is given as text. `null`: as bytes. */
  encoding?: "utf8" | null | undefined;
  /** `false`: an exit code other than 0, or a signal, is no error. Default `true`. */
  check?: boolean | undefined;
  /** How many bytes it may write to each of `stdout` and `stderr`. Left out, or `null`: as many as it likes. */
  maxOutput?: number | null | undefined;
  /**
   * How long its output is read on once it has ended, while something that it started holds the pipes. Left out, or `null`: until those end, too.
   */
  afterExit?: Delay | null | undefined;
}

const OPTIONS: OptionNames<RunOptions> = {
  ...SPAWN_OPTIONS,
  grace: true,
  timeout: true,
  input: true,
  encoding: true,
  check: true,
  maxOutput: true,
  afterExit: true,
};

/** How a program ended, and what it wrote: nothing where that is no pipe. */
export interface ProcessResult<T extends Buffer | string = string> {
  /** The program and its arguments. */
  readonly command: readonly string[];
  readonly pid: number;
  /** Its exit code; `null` when it was ended by a signal. */
  readonly code: number | null;
  /** The signal that ended it; `null` when it ended itself. */
  readonly signal: NodeJS.Signals | null;
  readonly stdout: T;
  readonly stderr: T;
}

/**
 * Runs a program to its end, and gives what it wrote. There is no shell. Cancelled, it ends the program as the scope `subprocess` does: nothing that it started
 * is left, in any case.
 * @throws `ProcessError` when it ends with a code other than 0, by a signal, or writes more than `maxOutput`; `ProcessTimeoutError` after `timeout`; both carry
 * what was written. `FileNotFoundError` and others when it can't be started
 */
export function runProcess(
  program: string,
  args: readonly string[],
  options: RunOptions & { encoding: null },
): Coroutine<ProcessResult<Buffer>>;
export function runProcess(
  program: string,
  args?: readonly string[],
  options?: RunOptions & { encoding?: "utf8" | undefined },
): Coroutine<ProcessResult>;
export function runProcess(
  program: string,
  args: readonly string[] = [],
  options: RunOptions = {},
): Coroutine<ProcessResult<Buffer | string>> {
  checkOptionNames("runProcess()", options, OPTIONS);
  const { input = null, encoding = "utf8", check = true, maxOutput = null, afterExit = null, ...others } = options;
  if (encoding !== "utf8" && encoding !== null) {
    throw new ValueError(`encoding must be "utf8" or null, got ${describe(encoding)}`);
  }
  if (maxOutput !== null && !(typeof maxOutput === "number" && maxOutput >= 0)) {
    throw new ValueError(`maxOutput must be a number of bytes, got ${describe(maxOutput)}`);
  }
  if (input !== null && typeof input !== "string" && !(input instanceof Uint8Array)) {
    throw new TypeError(`input must be a Uint8Array, a string or null, got ${describe(input)}`);
  }
  if (input !== null && others.stdin !== undefined) throw new ValueError("stdin and input can't both be given");
  const stdin = input === null ? (others.stdin === undefined ? DEVNULL : others.stdin) : PIPE;
  const { stdout = PIPE, stderr = PIPE } = others;
  return running({
    scope: planScope(program, args, { ...others, stdin, stdout, stderr }, new CallSite(runProcess)),
    input,
    isText: encoding === "utf8",
    check,
    maxOutput: maxOutput ?? Number.POSITIVE_INFINITY,
    afterExit: afterExit === null ? null : secondsOf(afterExit),
  });
}

/** What is to be run, all of it checked. */
interface Run {
  readonly scope: ScopePlan;
  readonly input: Writable | null;
  readonly isText: boolean;
  readonly check: boolean;
  readonly maxOutput: number;
  readonly afterExit: number | null;
}

const running = coroutine(function* runProcess(run: Run) {
  const { command: program, site } = run.scope.preparation.plan;
  const command = wordsOf(program);
  const decode = (bytes: Buffer | null) => (run.isText ? (bytes ?? NOTHING).toString("utf8") : (bytes ?? NOTHING));
  let overrun: string | null = null;
  let result: ProcessResult<Buffer | string>;
  try {
    result = yield* inScope(run.scope, function* (process: Process) {
      const { transport } = process;
      const stopReading = run.afterExit === null ? null : transport.closeAfterExit(run.afterExit);
      let output: Output;
      try {
        output = yield* process.collect(run.input, run.maxOutput, (name) => {
          overrun ??= name;
          transport.close();
        });
      } finally {
        stopReading?.();
      }
      const stdout = decode(output[0]?.subarray(0, run.maxOutput) ?? null);
      const stderr = decode(output[1]?.subarray(0, run.maxOutput) ?? null);
      const returncode = transport.getReturncode() as number;
      const code = returncode < 0 ? null : returncode;
      return { command, pid: process.pid, code, signal: transport.signal, stdout, stderr };
    });
  } catch (error) {
    throw decoded(error, decode, site);
  }
  if (overrun !== null) {
    const message = `${showCommand(command)} wrote more than ${run.maxOutput} bytes to ${overrun}`;
    throw site.mark(new ProcessError(message, result));
  }
  if (run.check && result.code !== 0) throw site.mark(new ProcessError(reportOf(result), result));
  return result;
});

const NOTHING = Buffer.alloc(0);
/** How much of `stderr` a message shows: the end of it. */
const SHOWN = 1000;

function reportOf({ command, code, signal, stderr }: ProcessResult<Buffer | string>): string {
  const how = signal === null ? `ended with the exit code ${code}` : `was ended by ${signal}`;
  const said = String(stderr).trimEnd().slice(-SHOWN);
  return `${showCommand(command)} ${how}${said === "" ? "" : `\n${said}`}`;
}

/** `error`, whose output is what was asked for: text, or bytes. */
function decoded(error: unknown, decode: (bytes: Buffer | null) => Buffer | string, site: CallSite): unknown {
  const output = outputOf(error);
  if (output === null) return error;
  const stdout = decode(output.stdout as Buffer | null);
  const stderr = decode(output.stderr as Buffer | null);
  if (error instanceof ProcessTimeoutError)
    return site.mark(new ProcessTimeoutError(error.message, error.command, { stdout, stderr }));
  noteOutput(error as object, { stdout, stderr });
  return error;
}
