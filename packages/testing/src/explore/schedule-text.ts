import { describe, ValueError } from "@tsyncio/contract";
import type { Departure } from "./point.js";

/** Which order callbacks that are ready run in: asyncio's, or any. */
export type Order = "fifo" | "free";

/** A schedule, and the settings that give its numbers their meaning. */
export interface Schedule {
  readonly order: Order;
  /** How many cancellations may strike. */
  readonly cancellations: number;
  readonly departures: readonly Departure[];
}

/** A schedule as a text to copy: `fifo:3.1-12.2` takes choice 1 at point 3 and choice 2 at point 12, and `+1c` allows a cancellation. */
export function formatSchedule({ order, cancellations, departures }: Schedule): string {
  const head = cancellations === 0 ? order : `${order}+${cancellations}c`;
  return `${head}:${formatDepartures(departures)}`;
}

/** The part of a schedule's text that says where it departs from the plain one. */
export function formatDepartures(departures: readonly Departure[]): string {
  if (departures.length === 0) return "plain";
  return departures.map(({ position, choice }) => `${position}.${choice}`).join("-");
}

/** @throws `ValueError` for what {@link formatSchedule} did not write */
export function parseSchedule(text: string): Schedule {
  const match = /^(fifo|free)(?:\+(\d+)c)?:(?:plain|(\d+\.\d+(?:-\d+\.\d+)*))$/.exec(text);
  if (match === null) throw new ValueError(`replay must be the schedule of a report, got ${describe(text)}`);
  const [, order, cancellations = "0", choices] = match;
  const departures = choices?.split("-").map((each) => {
    const [position, choice] = each.split(".").map(Number) as [number, number];
    return { position, choice };
  });
  return { order: order as Order, cancellations: Number(cancellations), departures: departures ?? [] };
}
