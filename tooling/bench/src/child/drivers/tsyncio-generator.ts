import { type Coroutine, run } from "tsyncio";
import type { Drive } from "./drive.ts";

export const drive: Drive = (program, n, meter) => run(program(n, meter) as Coroutine<unknown>);
