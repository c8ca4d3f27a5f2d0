import { type LoopContract, registry, type ScopeCell, type ScopeContract } from "@tsyncio/contract";

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

function liveScope(cell: ScopeCell | undefined | null): ScopeContract | null {
  for (let c = cell; c; c = c.up) if (c.scope !== null) return c.scope;
  return null;
}

function outsideTask<R>(fn: () => R): R {
  const strand = registry.stepping;
  registry.stepping = null;
  try {
    const storage = registry.scopeStorage;
    const cell = storage?.getStore();
    if (!storage || liveScope(cell) === null) return fn();
    return storage.run({ scope: null, up: null, loop: cell?.loop ?? null }, fn);
  } finally {
    registry.stepping = strand;
  }
}

registry.currentScope ??= currentScope;
registry.outsideTask ??= outsideTask;
registry.enclosingLoop ??= () => {
  const loop = registry.scopeStorage?.getStore()?.loop ?? null;
  return loop?.isClosed() ? null : loop;
};
