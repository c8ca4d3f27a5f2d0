export { FakeNetwork, type FakeServerOptions } from "./fake-network.js";
export type { FaultOptions } from "./faults.js";
export { streamPair } from "./stream-pair.js";
