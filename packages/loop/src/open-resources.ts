import { type LoopContract, registry } from "@tsyncio/contract";

/** Gives up what was left open on `loop`, which is closed: it would hold the process, though nobody hears of it any more. */
export function abandonResources(loop: LoopContract): void {
  for (const resource of registry.resources) {
    if (resource.loop !== loop || resource.abandon === undefined) continue;
    if (loop.getDebug()) {
      const place = resource.source === null ? "" : `, opened at ${resource.source}`;
      loop.host.log("warn", `unclosed ${resource.kind} ${resource.describe()}${place}`);
    }
    registry.resources.delete(resource);
    resource.abandon();
  }
}
