import type { ChildProcess } from "node:child_process";
import { type CoroutineGenerator, type LoopContract, RuntimeError } from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { StreamReader } from "@tsyncio/streams";
import type { CallSite } from "./call-site.js";
import { osError } from "./errors.js";
import { host, isPosix } from "./host.js";
import { launch } from "./launch.js";
import { type Command, checkOptions, type SpawnOptions } from "./options.js";
import { type OutputPipe, pipeOf } from "./output-pipe.js";
import { findProgram } from "./programs.js";
import { type HostStdio, hostStdio, PIPE, STDOUT } from "./stdio.js";

/** What is to be started: a command whose options were found good. */
export interface Plan {
  readonly command: Command;
  readonly options: SpawnOptions;
  /** What its three streams are; `source`: its `stdin` is the output of another process. */
  readonly stdio: readonly HostStdio[];
  readonly source: OutputPipe | null;
  /** Which of the three are pipes to this program. */
  readonly piped: readonly boolean[];
  /** `stderr` is the pipe that `stdout` is. */
  readonly merged: boolean;
  /** Where it was asked for. */
  readonly site: CallSite;
}

/** How `command` is to be started. Refuses what is wrong with `options`. */
export function plan(command: Command, options: SpawnOptions, site: CallSite): Plan {
  checkOptions(options);
  const { stdin, stdout, stderr } = options;
  const source = stdin instanceof StreamReader ? outputOf(stdin) : null;
  const merged = stderr === STDOUT && stdout === PIPE;
  if (merged && !isPosix()) throw new RuntimeError("stderr: STDOUT needs a POSIX system where stdout is a PIPE");
  const out = hostStdio("stdout", 1, stdout);
  const stdio = [
    source === null ? hostStdio("stdin", 0, stdin) : "pipe",
    out,
    // The shell in between, which joins the two, writes nothing itself.
    merged ? "ignore" : stderr === STDOUT ? out : hostStdio("stderr", 2, stderr),
  ];
  for (const fd of options.passFds ?? []) {
    while (stdio.length <= fd) stdio.push("ignore");
    if (fd > 2) stdio[fd] = fd;
  }
  const piped = [stdin === PIPE, stdout === PIPE, stderr === PIPE];
  return { command, options, stdio, source, piped, merged, site };
}

function outputOf(reader: StreamReader): OutputPipe {
  const pipe = pipeOf(reader);
  if (pipe !== null) return pipe;
  throw new TypeError(`stdin is a StreamReader that reads no output of a process: ${reader}`);
}

/**
 * Starts what is planned. Does not wait, unless that fails.
 * @throws `FileNotFoundError`, `PermissionError` or another `OSError` when it can't be started
 */
export function* start(loop: LoopContract, plan: Plan): CoroutineGenerator<ChildProcess> {
  const { command, options, stdio, source, merged } = plan;
  const given = source?.handOver() ?? null;
  const [file, args] = merged ? joining(command, options) : plain(command);
  let child: ChildProcess;
  try {
    child = launch(
      file,
      args,
      given === null ? stdio : [given, ...stdio.slice(1)],
      options,
      command.shell && !isPosix(),
    );
  } catch (error) {
    throw failure(error as NodeJS.ErrnoException, plan);
  }
  if (child.pid === undefined) {
    const failed = new Future<NodeJS.ErrnoException>({ loop });
    child.on("error", (error) => failed.done() || failed.setResult(error));
    for (const stream of child.stdio ?? []) stream?.destroy();
    throw failure(yield* failed, plan);
  }
  if (given !== null) source?.release();
  else source?.copyTo(child.stdio[0] as never);
  return child;
}

function plain({ program, args, shell }: Command): [file: string, args: readonly string[]] {
  // Where the host would do it, it refuses an empty text.
  return shell && isPosix() ? [SHELL, ["-c", program]] : [program, args];
}

/** A shell that makes `stderr` what `stdout` is, and becomes the program: the host can't give one pipe to both. */
function joining({ program, args, shell }: Command, options: SpawnOptions): [file: string, args: readonly string[]] {
  const run = shell ? [SHELL, "-c", program] : [findProgram(program, options), ...args];
  return [SHELL, ["-c", 'exec "$@" 2>&1', SHELL, ...run]];
}

const SHELL = "/bin/sh";

/** What the host says, as Python does: of the folder, where that is what is missing. */
function failure(error: NodeJS.ErrnoException, { command, options: { cwd }, site }: Plan): unknown {
  const { code, errno } = error;
  if (code === undefined || errno === undefined) return error;
  const isCwd = cwd != null && !isFolder(cwd);
  const program = command.shell && isPosix() ? SHELL : command.program;
  const isLine = code === "ENOENT" && !isCwd && /\S\s+\S/.test(program);
  const hint = isLine ? " (there is no shell: arguments are an array of their own)" : "";
  return site.mark(osError(code, errno, isCwd ? cwd : program, { cause: error }, hint));
}

function isFolder(path: string): boolean {
  return host("node:fs").statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
