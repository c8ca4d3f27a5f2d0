import { isWaitable, type LoopContract, type Runnable, type TaskContract } from "@tsyncio/contract";
import type { ExploringOrder, Observer } from "./exploring-order.js";
import { SimulatedIo } from "./io.js";
import { isTimer, taskOf } from "./names.js";
import { shortPaths } from "./text.js";

interface Row {
  readonly time: number;
  readonly who: string;
  what: string;
}

/** The longest timeline that is shown in full; of longer ones the end, which is where it failed. */
const LONGEST = 60;

/** Writes down who ran when in a run. */
export class Timeline implements Observer {
  readonly #rows: Row[] = [];
  #loop: LoopContract | null = null;
  #order: ExploringOrder | null = null;
  /** The row of what ran last, until it is known what came of it. */
  #open: { readonly row: Row; readonly task: TaskContract | null; readonly made: string[] } | null = null;

  attach(loop: LoopContract, order: ExploringOrder): void {
    this.#loop = loop;
    this.#order = order;
  }

  made(task: TaskContract): void {
    this.#open?.made.push(this.#nameOf(task));
  }

  runs(runnable: Runnable): void {
    const task = taskOf(runnable);
    if (runnable instanceof SimulatedIo) this.#begin(`io ${runnable.name}`, "completes", null);
    else if (task !== null)
      this.#begin(this.#nameOf(task), (runnable as unknown) === task ? "begins" : "goes on", task);
    else if (isTimer(runnable) && isWaitable(runnable)) this.#begin("timer", "rings", null);
    else if (runnable.toString !== Object.prototype.toString) this.#begin("callback", this.#text(runnable), null);
  }

  cancels(task: TaskContract): void {
    this.#begin(this.#nameOf(task), `IS CANCELLED at ${this.#text(task.describeWait())}`, null);
  }

  settled(): void {
    const open = this.#open;
    if (open === null) return;
    this.#open = null;
    const { row, task, made } = open;
    if (made.length > 0) row.what += `, makes ${made.join(", ")}`;
    if (task !== null) row.what += `, ${this.#stateOf(task)}`;
  }

  failed(kind: string): void {
    this.settled();
    this.#begin("FAILURE", kind, null);
  }

  /** A line for each step. */
  toString(): string {
    this.settled();
    const rows = this.#rows;
    const left = Math.max(0, rows.length - LONGEST);
    const shown = rows.slice(left);
    const width = Math.max(4, ...shown.map(({ who }) => who.length));
    const lines = shown.map(({ time, who, what }) => `  ${time.toFixed(3).padStart(8)}  ${who.padEnd(width)}  ${what}`);
    const head = `  ${"time".padStart(8)}  ${"who".padEnd(width)}  what`;
    return [head, ...(left > 0 ? [`            … ${left} earlier steps`] : []), ...lines].join("\n");
  }

  #begin(who: string, what: string, task: TaskContract | null): void {
    const row = { time: (this.#loop as LoopContract).time(), who, what };
    this.#rows.push(row);
    this.#open = { row, task, made: [] };
  }

  #stateOf(task: TaskContract): string {
    if (!task.done()) return `waits for ${this.#text(task.describeWait())}`;
    if (task.cancelled()) return "ends: cancelled";
    // Not by asking the task: an error would count as read then.
    const [, how, value = ""] = /\b(result|exception)=(.*?)(?: created at .*)?>$/s.exec(this.#text(task)) ?? [];
    if (how === "exception") return `fails: ${value}`;
    return value === "undefined" ? "ends" : `ends: ${value}`;
  }

  #nameOf(task: TaskContract): string {
    return (this.#order as ExploringOrder).names.ofTask(task);
  }

  #text(what: unknown): string {
    const text = (this.#order as ExploringOrder).names.inText(String(what));
    return shortPaths(text.replaceAll(" created at an unknown place", ""));
  }
}
