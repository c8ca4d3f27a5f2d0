import { checkOptionNames, type OptionNames } from "@tsyncio/contract";
import { EventLoop } from "./event-loop.js";
import { VirtualHost, type VirtualOptions } from "./hosts/virtual.js";
import { LOOP_OPTIONS, type LoopOptions } from "./loop-options.js";

export { VirtualHost, type VirtualOptions } from "./hosts/virtual.js";

const HOST_OPTIONS: OptionNames<VirtualOptions> = { foreign: true, foreignGrace: true };
const { host: _, ...OTHER_OPTIONS } = LOOP_OPTIONS;

/** A host with a clock that starts at 0 and jumps to the next timer when nothing is ready: for `newEventLoop({ host })`. */
export function virtualHost(options: VirtualOptions = {}): VirtualHost {
  return new VirtualHost(checkOptionNames("virtualHost()", options, HOST_OPTIONS));
}

/** A loop on a {@link virtualHost} of its own: an hour of sleeps takes milliseconds, and every run gives the same times. */
export function newVirtualLoop(
  options: Omit<LoopOptions, "host"> & VirtualOptions = {},
): EventLoop & { readonly host: VirtualHost } {
  checkOptionNames("newVirtualLoop()", options, { ...OTHER_OPTIONS, ...HOST_OPTIONS });
  return new EventLoop(new VirtualHost(options), options) as EventLoop & { readonly host: VirtualHost };
}
