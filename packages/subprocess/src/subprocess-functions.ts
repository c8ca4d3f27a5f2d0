import { type CoroutineGenerator, checkOptionNames, describe, type LoopContract, loopForNew } from "@tsyncio/contract";
import { type Coroutine, coroutine } from "@tsyncio/tasks";
import { CallSite } from "./call-site.js";
import { programCommand, SPAWN_OPTIONS, type SpawnOptions, shellCommand } from "./options.js";
import type { SubprocessProtocol } from "./protocol.js";
import { type Plan, plan, start } from "./spawn.js";
import { PIPE } from "./stdio.js";
import { SubprocessTransport } from "./subprocess-transport.js";

/**
 * Starts `program` with `args`, and has the protocol that `protocolFactory` makes hear of it (`loop.subprocess_exec`). Its streams are pipes unless
 * `options` say otherwise.
 * @throws as `createSubprocessExec`
 */
export function subprocessExec<P extends SubprocessProtocol>(
  protocolFactory: () => P,
  program: string,
  args: readonly string[] = [],
  options: SpawnOptions = {},
): Coroutine<[SubprocessTransport, P]> {
  checkFactory("subprocessExec", protocolFactory);
  checkOptionNames("subprocessExec()", options, SPAWN_OPTIONS);
  return connecting(
    protocolFactory,
    plan(programCommand(program, args), piped(options), new CallSite(subprocessExec)),
  ) as Coroutine<[SubprocessTransport, P]>;
}

/** {@link subprocessExec} of a shell that runs `command` (`loop.subprocess_shell`). */
export function subprocessShell<P extends SubprocessProtocol>(
  protocolFactory: () => P,
  command: string,
  options: SpawnOptions = {},
): Coroutine<[SubprocessTransport, P]> {
  checkFactory("subprocessShell", protocolFactory);
  checkOptionNames("subprocessShell()", options, SPAWN_OPTIONS);
  return connecting(
    protocolFactory,
    plan(shellCommand(command), piped(options), new CallSite(subprocessShell)),
  ) as Coroutine<[SubprocessTransport, P]>;
}

/** Starts what is planned, and joins it to `protocol`. */
export function* startTransport(
  loop: LoopContract,
  plan: Plan,
  protocol: SubprocessProtocol,
): CoroutineGenerator<SubprocessTransport> {
  const child = yield* start(loop, plan);
  const transport = new SubprocessTransport(loop, child, protocol, plan.command.program, plan.piped);
  transport.begin();
  return transport;
}

const connecting = coroutine(function* connectSubprocess(protocolFactory: () => SubprocessProtocol, plan: Plan) {
  const protocol = protocolFactory();
  const transport = yield* startTransport(loopForNew(), plan, protocol);
  return [transport, protocol] as [SubprocessTransport, SubprocessProtocol];
});

function checkFactory(who: string, factory: unknown): void {
  if (typeof factory === "function") return;
  throw new TypeError(`a function that makes a protocol was expected by ${who}(), got ${describe(factory)}`);
}

/** `options`, with a pipe for each stream that they leave out. `null` is the stream of this program. */
function piped({ stdin = PIPE, stdout = PIPE, stderr = PIPE, ...others }: SpawnOptions): SpawnOptions {
  return { ...others, stdin, stdout, stderr };
}
