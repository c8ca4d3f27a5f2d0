import { type Operation, run } from "effection";
import type { Drive } from "./drive.ts";

export const drive: Drive = async (program, n, meter) => run(() => program(n, meter) as Operation<unknown>);
