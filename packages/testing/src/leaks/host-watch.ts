import type { AsyncHook, HookCallbacks } from "node:async_hooks";
import type { Leak, Watch } from "./leak.js";
import { placeBelow } from "./place.js";

type AsyncHooks = typeof import("node:async_hooks");
type Channels = typeof import("node:diagnostics_channel");

/** The channel on which Node says that a server begins to listen. */
const LISTEN = "tracing:net.server.listen:asyncStart";

/** What async_hooks calls the things that hold a process, and what they are called here. */
const KINDS: Readonly<Record<string, string>> = {
  Timeout: "host timer",
  TCPWRAP: "socket",
  TCPSERVERWRAP: "server",
  PIPEWRAP: "pipe",
  PIPESERVERWRAP: "server",
  UDPWRAP: "UDP socket",
  PROCESSWRAP: "child process",
  WORKER: "worker",
  FSEVENTWRAP: "file watcher",
  STATWATCHER: "file watcher",
  FILEHANDLE: "file handle",
};

interface Resource {
  readonly kind: string;
  readonly handle: WeakRef<object>;
  readonly source: string | null;
}

/** A hook that leaves promises alone: they are none of our business, and watching them makes each two to three times as slow. */
type Hooks = HookCallbacks & { trackPromises?: boolean };

/**
 * Sockets, servers, child processes, workers and timers of the host. What our own packages open joins by the registry's `resources`.
 * `async_hooks` says of each when it begins and ends; since Node 24 that costs nothing else, before that a native `await` takes two to three times
 * as long meanwhile. Elsewhere than on Node nothing is seen.
 */
export class HostWatch implements Watch {
  readonly #resources = new Map<number, Resource>();
  readonly #hook: AsyncHook | null;
  readonly #listens = new Listens();

  constructor() {
    const hooks = globalThis.process?.getBuiltinModule?.("node:async_hooks") as AsyncHooks | undefined;
    const callbacks: Hooks = {
      init: (id, type, _trigger, handle) => {
        const kind = KINDS[type];
        if (kind !== undefined) this.#note(id, kind, handle);
      },
      destroy: (id) => {
        this.#resources.delete(id);
      },
      trackPromises: false,
    };
    this.#hook = hooks?.createHook(callbacks).enable() ?? null;
  }

  left(): Leak[] {
    const leaks: Leak[] = [];
    for (const { kind, handle, source } of this.#resources.values()) {
      const thing = handle.deref() as { hasRef?: () => boolean } | undefined;
      // What does not hold the process is meant to stay, as a connection that is kept for the next request.
      if (thing === undefined || thing.hasRef?.() === false) continue;
      const owner = ownerOf(thing);
      if (isStandard(owner)) continue;
      leaks.push({ kind, what: describeOwner(owner), source: source ?? this.#listens.sourceOf(owner) });
    }
    // The pipes of a child process are told with it.
    const children = new Set(leaks.filter(({ kind }) => kind === "child process").map(({ source }) => source));
    return leaks.filter(
      ({ kind, source }) => !(/^(pipe|socket)$/.test(kind) && source !== null && children.has(source)),
    );
  }

  stop(): void {
    this.#hook?.disable();
    this.#listens.stop();
  }

  #note(id: number, kind: string, handle: object): void {
    const { isDirect, source } = placeBelow("/leaks/host-watch.");
    // Timers that are the host's own, or the framework's; and whatever our packages open, they see to themselves.
    if (!isDirect && (kind === "host timer" || source !== null)) return;
    this.#resources.set(id, { kind, handle: new WeakRef(handle), source });
  }
}

/** Where servers were told to listen: their handle is made later, when no code of the user's is on the stack. */
class Listens {
  readonly #sources = new WeakMap<object, string | null>();
  readonly #channels = globalThis.process?.getBuiltinModule?.("node:diagnostics_channel") as Channels | undefined;

  constructor() {
    this.#channels?.subscribe(LISTEN, this.#begun);
  }

  sourceOf(server: object): string | null {
    return this.#sources.get(server) ?? null;
  }

  stop(): void {
    this.#channels?.unsubscribe(LISTEN, this.#begun);
  }

  readonly #begun = (message: unknown): void => {
    this.#sources.set((message as { server: object }).server, placeBelow("/leaks/host-watch.").source);
  };
}

/** The socket, server or process that a handle belongs to. */
function ownerOf(handle: object): object {
  const key = Object.getOwnPropertySymbols(handle).find(({ description }) => description === "owner_symbol");
  const owner = key === undefined ? null : (handle as Record<symbol, object | null>)[key];
  return owner ?? handle;
}

/** Whether it is stdin, stdout or stderr, which the host opens when it is used first. */
function isStandard(owner: object): boolean {
  const { fd } = owner as { fd?: unknown };
  return typeof fd === "number" && fd >= 0 && fd <= 2;
}

/** The address or process of what owns a handle, as far as it has one. */
function describeOwner(object: object): string {
  const owner = object as Partial<{
    spawnfile: string;
    pid: number;
    address: () => { address?: string; port?: number } | string | null;
    remoteAddress: string;
    remotePort: number;
    _idleTimeout: number;
    _repeat: number | null;
  }>;
  if (owner.spawnfile !== undefined) return `${owner.spawnfile} (pid ${owner.pid})`;
  if (typeof owner.remoteAddress === "string") return `to ${owner.remoteAddress}:${owner.remotePort}`;
  if (typeof owner._idleTimeout === "number") return `${owner._repeat ? "every" : "of"} ${owner._idleTimeout} ms`;
  return addressOf(owner.address?.bind(owner));
}

function addressOf(address: (() => { address?: string; port?: number } | string | null) | undefined): string {
  try {
    const at = address?.() ?? null;
    if (at === null) return "";
    if (typeof at === "string") return `on ${at}`;
    return at.address === undefined ? "" : `on ${at.address}:${at.port}`;
  } catch {
    // It is not bound yet, or no more.
    return "";
  }
}
