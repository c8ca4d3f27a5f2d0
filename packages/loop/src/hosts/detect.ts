import type { Host } from "@tsyncio/contract";
import { nodeHost } from "./node.js";
import { webHost } from "./web.js";

/** The host of this process: Node, Bun and Deno through their common built-in modules, else the web. */
export function detectHost(): Host {
  return HOST;
}

// Made when the module loads, so that nothing of a caller's async context hangs on the host's timers.
const HOST: Host = nodeHost() ?? webHost();
