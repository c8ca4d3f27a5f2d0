import {
  type Body,
  CancelledError,
  type CoroutineGenerator,
  checkOptionNames,
  type Delay,
  type OptionNames,
  TimeoutError,
} from "@tsyncio/contract";
import { secondsOf } from "@tsyncio/loop";
import { type Coroutine, callBody, coroutine } from "@tsyncio/tasks";
import { Timeout } from "@tsyncio/timeouts";
import { CallSite } from "./call-site.js";
import { create, type Preparation, prepare } from "./create-subprocess.js";
import { isPosix } from "./host.js";
import { programCommand, SUBPROCESS_OPTIONS, type SubprocessOptions } from "./options.js";
import type { Process, ProcessOf } from "./process.js";
import { noteOutput, ProcessTimeoutError, showCommand, wordsOf } from "./process-error.js";
import { ProcessGroup } from "./process-group.js";
import { terminate } from "./termination.js";
import { guard, readyWatchdog } from "./watchdog.js";

/** How a scope is made. */
export interface ScopeOptions extends SubprocessOptions {
  /** How long the processes have between SIGTERM and SIGKILL. Default `"5s"`; `null`: as long as they like. */
  grace?: Delay | null | undefined;
  /** How long the body may take. Left out, or `null`: as long as it likes. */
  timeout?: Delay | null | undefined;
}

const SCOPE_OPTIONS: OptionNames<ScopeOptions> = { ...SUBPROCESS_OPTIONS, grace: true, timeout: true };

/** What is left to be done in a scope, all of it checked. */
export interface ScopePlan {
  readonly preparation: Preparation;
  readonly grace: number | null;
  readonly timeout: number | null;
  /** Whether the process has a group of its own. */
  readonly isLeader: boolean;
}

const DEFAULT_GRACE = 5;

/**
 * Runs a program as long as `body(process)` runs. When the body ends, fails or is cancelled, the process and what it started get SIGTERM, and SIGKILL after
 * `grace`, or at once when another cancellation comes; the scope ends when they have. When this program itself ends before, even by `kill -9`, a
 * watchdog does that.
 *
 * The process has a session and a group of its own, and no terminal; with `startNewSession: false` it shares ours, and is ended alone.
 * @throws what the body throws; `ProcessTimeoutError` when it took longer than `timeout`, with the output that nobody had read ({@link outputOf} gives that of a
 * cancellation); `FileNotFoundError` and others when the program can't be started
 */
export function subprocess<T, const O extends ScopeOptions = Record<never, never>>(
  program: string,
  args: readonly string[],
  body: Body<[process: ProcessOf<O>], T>,
  options?: O,
): Coroutine<T> {
  if (options !== undefined) checkOptionNames<ScopeOptions>("subprocess()", options, SCOPE_OPTIONS);
  const plan = planScope(program, args, options ?? {}, new CallSite(subprocess));
  // Only to have a bad one refused here.
  if (typeof body !== "function") callBody(body, [], "subprocess");
  return scope(plan, body as Body<[Process], unknown>) as Coroutine<T>;
}

/** Refuses what is wrong with the arguments of a scope. Starts nothing. */
export function planScope(program: string, args: readonly string[], options: ScopeOptions, site: CallSite): ScopePlan {
  const { grace, timeout, startNewSession, detached } = options;
  const isLeader = (startNewSession ?? detached ?? true) && isPosix();
  return {
    preparation: prepare(
      programCommand(program, args),
      { ...options, startNewSession: isLeader, detached: false },
      site,
    ),
    grace: grace === undefined ? DEFAULT_GRACE : grace === null ? null : secondsOf(grace),
    timeout: timeout == null ? null : secondsOf(timeout),
    isLeader,
  };
}

/** Runs `body` with the process of a scope. */
export function* inScope<T>(plan: ScopePlan, body: Body<[process: Process], T>): CoroutineGenerator<T> {
  const { preparation, grace, timeout, isLeader } = plan;
  if (isLeader) readyWatchdog();
  const process = yield* create(preparation);
  const release = isLeader ? guard(process.pid, grace) : null;
  const { transport } = process;
  const limit = timeout === null ? null : new Timeout(transport.loop.time() + timeout);
  try {
    const call = callBody(body, [process], "subprocess");
    return yield* limit === null ? call : limit.run(() => call);
  } catch (error) {
    if (limit?.expired() && error instanceof TimeoutError) {
      const { command: run, site } = preparation.plan;
      const command = wordsOf(run);
      const message = `${showCommand(command)} took longer than ${timeout} s`;
      throw site.mark(new ProcessTimeoutError(message, command, process.takeOutput()));
    }
    if (error instanceof CancelledError) noteOutput(error, process.takeOutput());
    throw error;
  } finally {
    process.drop();
    try {
      yield* terminate(transport, new ProcessGroup(transport, isLeader), grace);
    } finally {
      release?.();
      transport.close();
    }
  }
}

const scope = coroutine(function subprocess(plan: ScopePlan, body: Body<[Process], unknown>) {
  return inScope(plan, body);
});
