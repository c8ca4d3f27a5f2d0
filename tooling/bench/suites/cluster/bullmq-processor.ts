// What the threads of BullMQ's worker load.
import type { SandboxedJob } from "bullmq";
import { hash, noop } from "../executors/work.ts";

// biome-ignore lint/style/noDefaultExport: what BullMQ asks of such a file
export default async ({ name, data }: SandboxedJob): Promise<number> => (name === "hash" ? hash(data) : noop(data));
