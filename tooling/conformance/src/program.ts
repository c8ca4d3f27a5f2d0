// The language of the programs, as types. README.md says what each operation does.

export type Scalar = null | boolean | number | string;

/** One operation: its name, then its arguments. Which arguments a name takes is in the interfaces below. */
export type Operation = readonly [name: string, ...args: unknown[]];
export type Operations = readonly Operation[];

export type ObjectSpecification = { readonly type: string; readonly [key: string]: Scalar };

export interface Program {
  readonly id: string;
  readonly family: string;
  /** Every task that is created while the loop runs starts eagerly. */
  readonly eager?: boolean;
  readonly objects?: Readonly<Record<string, ObjectSpecification>>;
  readonly bodies: readonly Operations[];
  /** The index of the main task's body. */
  readonly main: number;
  /** What CPython's asyncio wrote. */
  readonly trace: readonly string[];
}

/** Something to wait for: the name of a slot, or the index of a body, which stands for a new coroutine of it. */
export type AwaitableArgument = string | number;

export type ErrorArgument = readonly [name: string, message: string | null];
export type Comparison = "==" | "!=" | "<" | "<=" | ">" | ">=";
export type Predicate = readonly [variable: string, comparison: Comparison, n: number];

/** Operations that are done when they return: one line, `=` or `!`. */
export interface SynchronousArguments {
  log: [value: Scalar];
  setVar: [name: string, n: number];
  addVar: [name: string, n: number];
  getVar: [name: string];
  busy: [duration: number];
  time: [];
  raise: [...error: ErrorArgument];
  raiseGroup: [message: string, errors: readonly ErrorArgument[]];

  spawn: [slot: string, body: number, name: string | null];
  spawnEager: [slot: string, body: number, name: string | null];
  tgSpawn: [group: string, slot: string, body: number, name: string | null];
  gatherTo: [slot: string, awaitables: readonly AwaitableArgument[], returnExceptions: boolean];
  shieldTo: [slot: string, awaitable: AwaitableArgument];
  cancel: [slot: string | null, message: string | null];
  cancelling: [slot: string | null];
  uncancel: [slot: string | null];
  currentTask: [];
  allTasks: [];
  taskName: [slot: string | null];
  setName: [slot: string | null, name: string];

  newFuture: [slot: string];
  setResult: [slot: string, value: Scalar];
  setException: [slot: string, ...error: ErrorArgument];
  done: [slot: string];
  cancelled: [slot: string];
  result: [slot: string];
  exception: [slot: string];
  addCallback: [slot: string, name: string, body: number];
  removeCallback: [slot: string, name: string];

  callSoon: [handle: string, body: number];
  callLater: [handle: string, delay: number, body: number];
  callAt: [handle: string, when: number, body: number];
  cancelHandle: [handle: string];
  handleCancelled: [handle: string];
  reschedule: [timeout: string, delay: number | null];
  expired: [timeout: string];
  when: [timeout: string];

  release: [object: string];
  locked: [object: string];
  eventSet: [object: string];
  eventClear: [object: string];
  eventIsSet: [object: string];
  notify: [object: string, n: number];
  notifyAll: [object: string];
  barrierState: [object: string];
  putNowait: [object: string, item: Scalar];
  getNowait: [object: string];
  taskDone: [object: string];
  shutdown: [object: string, immediate: boolean];
  queueState: [object: string];
}

/** A program may also hold something else: an error. */
type ReturnWhen = "FIRST_COMPLETED" | "FIRST_EXCEPTION" | "ALL_COMPLETED";

/** Operations that wait: a line `>` before the call, `<` or `!` after it. */
export interface AwaitingArguments {
  sleep: [delay: number, value: Scalar];
  await: [slot: string];
  gather: [awaitables: readonly AwaitableArgument[], returnExceptions: boolean];
  shield: [awaitable: AwaitableArgument];
  wait: [slots: readonly string[], timeout: number | null, returnWhen: ReturnWhen];
  waitFor: [awaitable: AwaitableArgument, delay: number | null];

  acquire: [object: string];
  eventWait: [object: string];
  condWait: [object: string];
  condWaitFor: [object: string, Predicate];
  barrierWait: [object: string, variable?: string];
  barrierReset: [object: string];
  barrierAbort: [object: string];
  put: [object: string, item: Scalar];
  get: [object: string];
  join: [object: string];
}

/** Blocks: scopes around operations (left out here: always the last argument). */
export interface BlockArguments {
  timeout: [timeout: string, delay: number | null];
  timeoutAt: [timeout: string, when: number | null];
  taskGroup: [group: string];
  asyncWith: [object: string];
}

/** What the compiler itself turns into JavaScript: the arguments after the name. */
export interface ControlArguments {
  return: [value: Scalar];
  break: [];
  reraise: [];
  try: [body: Operations, handlers: readonly (readonly [names: readonly string[], Operations])[], Operations | null];
  if: [Predicate, yes: Operations, no: Operations];
  repeat: [rounds: number, Operations];
  call: [body: number];
  asCompleted: [
    awaitables: readonly AwaitableArgument[],
    timeout: number | null,
    mode: "plain" | "async",
    swallow: boolean,
  ];
}
