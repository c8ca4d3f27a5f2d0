import { newEventLoop, run } from "tsyncio";
import type { Drive } from "./drive.ts";

export const drive: Drive = (program, n, meter) =>
  run(async () => program(n, meter), { loopFactory: () => newEventLoop({ exact: false }) });
