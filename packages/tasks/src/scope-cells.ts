import {
  type Context,
  type ContextStorage,
  type LoopContract,
  registry,
  type ScopeCell,
  type ScopeContract,
} from "@tsyncio/contract";

/** The scope that the caller belongs to: of the step that runs, or found through the async context. */
export function currentScope(): ScopeContract | null {
  const strand = registry.stepping;
  if (strand !== null) return strand.scope;
  const storage = registry.scopeStorage;
  return storage === null ? null : liveScope(storage.getStore());
}

/** Runs `fn` in an async context whose scope is that of `cell`; as it is where the host has no async context. */
export function runInCell<R>(cell: ScopeCell, loop: LoopContract, fn: () => R): R {
  registry.scopeStorage ??= loop.host.createStorage<ScopeCell>();
  return registry.scopeStorage === null ? fn() : registry.scopeStorage.run(cell, fn);
}

/** A cell with no scope, for code inside a `run` of `loop` that belongs to no task. */
export function bareCell(loop: LoopContract): ScopeCell {
  return { scope: null, up: null, loop };
}

function liveScope(cell: ScopeCell | undefined): ScopeContract | null {
  for (let c: ScopeCell | null | undefined = cell; c; c = c.up) if (c.scope !== null) return c.scope;
  return null;
}

function outsideTask<R>(fn: () => R): R {
  const strand = registry.stepping;
  registry.stepping = null;
  try {
    const cell = inheritedCell();
    if (cell === null) return fn();
    return (registry.scopeStorage as ContextStorage<ScopeCell>).run({ scope: null, up: null, loop: cell.loop }, fn);
  } finally {
    registry.stepping = strand;
  }
}

/** The cell in the async context of the caller, if it leads to a scope. */
function inheritedCell(): ScopeCell | null {
  const cell = registry.scopeStorage?.getStore();
  return cell !== undefined && liveScope(cell) !== null ? cell : null;
}

/** Whether the async context of the caller leads to a task. */
export function inheritsTask(): boolean {
  return inheritedCell() !== null;
}

/** The async context of the caller, without its current task; `null` where the host has none. */
export function captureContext(loop: LoopContract): Context | null {
  const { host } = loop;
  return inheritedCell() === null ? host.captureContext() : outsideTask(() => host.captureContext());
}

registry.currentScope ??= currentScope;
registry.outsideTask ??= outsideTask;
registry.enclosingLoop ??= () => {
  const loop = registry.scopeStorage?.getStore()?.loop ?? null;
  return loop?.isClosed() ? null : loop;
};
