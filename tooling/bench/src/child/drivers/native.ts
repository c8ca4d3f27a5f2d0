import type { Drive } from "./drive.ts";

export const drive: Drive = (program, n, meter) => program(n, meter) as Promise<unknown>;
