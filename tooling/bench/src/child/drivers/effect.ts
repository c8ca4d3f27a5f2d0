import { Effect } from "effect";
import type { Drive } from "./drive.ts";

export const drive: Drive = (program, n, meter) => Effect.runPromise(program(n, meter) as Effect.Effect<unknown>);
