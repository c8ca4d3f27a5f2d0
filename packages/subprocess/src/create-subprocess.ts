import { type CoroutineGenerator, checkOptionNames, loopForNew } from "@tsyncio/contract";
import { StreamReader } from "@tsyncio/streams";
import { type Coroutine, coroutine } from "@tsyncio/tasks";
import { CallSite } from "./call-site.js";
import { type Command, programCommand, SUBPROCESS_OPTIONS, type SubprocessOptions, shellCommand } from "./options.js";
import { Process, type ProcessOf } from "./process.js";
import { type Plan, plan } from "./spawn.js";
import { SubprocessStreamProtocol } from "./stream-protocol.js";
import { startTransport } from "./subprocess-functions.js";

/**
 * Starts `program` with `args`, which reach it as they are: there is no shell (`asyncio.create_subprocess_exec`). Its streams are those of this program
 * unless `options` say otherwise. The process lives on when what made it ends or is cancelled: `subprocess(…)` is the scope that ends it.
 * @throws at the call what is wrong with the arguments; awaited, `FileNotFoundError`, `PermissionError` or another `OSError` when it can't be started
 */
export function createSubprocessExec<const O extends SubprocessOptions = Record<never, never>>(
  program: string,
  args: readonly string[] = [],
  options?: O,
): Coroutine<ProcessOf<O>> {
  if (options !== undefined) checkOptionNames<SubprocessOptions>("createSubprocessExec()", options, SUBPROCESS_OPTIONS);
  return creating(
    prepare(programCommand(program, args), options, new CallSite(createSubprocessExec)),
  ) as Coroutine<unknown> as Coroutine<ProcessOf<O>>;
}

/**
 * {@link createSubprocessExec} of a shell that runs `command` (`asyncio.create_subprocess_shell`): `/bin/sh`. Who puts foreign text into a command lets
 * strangers run theirs; give such text to a program as an argument.
 */
export function createSubprocessShell<const O extends SubprocessOptions = Record<never, never>>(
  command: string,
  options?: O,
): Coroutine<ProcessOf<O>> {
  if (options !== undefined)
    checkOptionNames<SubprocessOptions>("createSubprocessShell()", options, SUBPROCESS_OPTIONS);
  return creating(
    prepare(shellCommand(command), options, new CallSite(createSubprocessShell)),
  ) as Coroutine<unknown> as Coroutine<ProcessOf<O>>;
}

/** What a {@link Process} is made from. */
export interface Preparation {
  readonly plan: Plan;
  readonly limit: number | undefined;
}

/** Refuses what is wrong with `options`. Starts nothing. */
export function prepare(command: Command, options: SubprocessOptions = {}, site: CallSite): Preparation {
  const { limit } = options;
  // Only to have a bad one refused here.
  if (limit !== undefined) new StreamReader({ limit });
  return { plan: plan(command, options, site), limit };
}

/** Starts a process. Does not wait, unless that fails. */
export function* create({ plan, limit }: Preparation): CoroutineGenerator<Process> {
  const loop = loopForNew();
  const protocol = new SubprocessStreamProtocol(loop, limit);
  return new Process(yield* startTransport(loop, plan, protocol), protocol);
}

const creating = coroutine(function createSubprocess(preparation: Preparation) {
  return create(preparation);
});
