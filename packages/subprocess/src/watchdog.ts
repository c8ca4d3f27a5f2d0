import type { ChildProcess } from "node:child_process";
import type { Writable } from "node:stream";
import { host } from "./host.js";

/**
 * A process that ends the groups of this program's scopes when this program has ended, in whatever way: `kill -9` can't be caught, but it closes the pipe that
 * the watchdog reads from. Made with the first scope, and kept. It holds neither this program nor its folder nor its terminal.
 *
 * It is told `+ pid tenths` where a scope begins, by a write that the system has taken when it returns, and `- pid` soon after a scope has ended. It reads
 * that at the end, and before as often as it is woken by a line on another pipe, which keeps the first from filling up: a scope does not wake it.
 */
class Watchdog {
  readonly #child: ChildProcess;
  readonly #notes: Writable;
  #gone = false;
  #soon = "";
  /** A timer will tell what is to be told soon. */
  #isTimed = false;
  /** How many notes it has not been woken for. */
  #unread = 0;

  constructor() {
    this.#child = host("node:child_process").spawn("/bin/sh", ["-c", PROGRAM], {
      stdio: ["pipe", "ignore", "ignore", "pipe"],
      detached: true,
      cwd: "/",
    });
    const [wakeUps, , , notes] = this.#child.stdio;
    this.#notes = notes as Writable;
    // What is written to one that was killed is of no use to anyone; the next scope makes another.
    const gone = () => {
      this.#gone = true;
    };
    this.#child.on("error", gone).on("exit", gone).unref();
    for (const pipe of [wakeUps, notes]) {
      pipe?.on("error", gone);
      (pipe as { unref?: () => void } | null)?.unref?.();
    }
  }

  get isGone(): boolean {
    return this.#gone;
  }

  /** Tells it `line`, and what was to be told soon. */
  tell(line: string): void {
    const text = `${this.#soon}${line}\n`;
    this.#soon = "";
    if (this.#gone) return;
    this.#notes.write(text);
    if (++this.#unread < UNREAD) return;
    this.#unread = 0;
    this.#notes.write(".\n");
    this.#child.stdin?.write("\n");
  }

  /** Tells it `line` with the next one, or within {@link SOON}. */
  tellSoon(line: string): void {
    this.#soon += `${line}\n`;
    // One for many scopes: each wakes the host.
    if (this.#isTimed) return;
    this.#isTimed = true;
    setTimeout(() => {
      this.#isTimed = false;
      if (this.#soon !== "") this.tell("");
    }, SOON).unref();
  }
}

/**
 * Takes the notes, up to a dot, for each line of its `stdin`; all of them at the end of that, which is the end of this program. Then: SIGTERM to all groups,
 * SIGKILL to those that are left when the longest grace is over.
 */
const PROGRAM = `
trap '' HUP INT QUIT TERM
groups= left=0 last=
take() {
  while read -r what group grace; do
    if [ "$what" = . ]; then [ "$last" ] && continue; return; fi
    [ "$group" ] || continue
    rest=
    for g in $groups; do [ "$g" = "$group" ] || rest="$rest $g"; done
    groups=$rest
    [ "$what" = + ] || continue
    groups="$groups $group"
    [ "$grace" -le "$left" ] || left=$grace
  done <&3
}
while read -r line; do take; done
last=1; take
signal() { for g in $groups; do kill -s "$1" -- "-$g"; done; }
alive() { for g in $groups; do kill -s 0 -- "-$g" && return 0; done; return 1; }
signal TERM; signal CONT
while [ "$left" -gt 0 ] && alive; do sleep 0.1; left=$((left - 1)); done
signal KILL
`;

/** How many notes wait, at most: the pipe takes some more. */
const UNREAD = 64;

/** How long the end of a scope may wait to be told, in milliseconds. */
const SOON = 100;

/** How long a group that may take as long as it likes has once this program is gone, in seconds. */
const LAST_GRACE = 60;

let watchdog: Watchdog | null = null;
/** What the watchdog was told of. */
const guarded = new Map<number, string>();

/** Has a watchdog ready, before there is anything to guard. */
export function readyWatchdog(): void {
  if (watchdog !== null && !watchdog.isGone) return;
  watchdog = new Watchdog();
  for (const line of guarded.values()) watchdog.tell(line);
}

/**
 * Has the process group end when this program does. Returns what takes that back.
 * @param grace - how long it has between SIGTERM and SIGKILL, in seconds; `null`: as long as it likes
 */
export function guard(group: number, grace: number | null): () => void {
  readyWatchdog();
  const line = `+ ${group} ${Math.min(Math.ceil((grace ?? LAST_GRACE) * 10), 1e6)}`;
  guarded.set(group, line);
  watchdog?.tell(line);
  return () => {
    guarded.delete(group);
    watchdog?.tellSoon(`- ${group} 0`);
  };
}
