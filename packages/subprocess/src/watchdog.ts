import type { ChildProcess } from "node:child_process";
import { host } from "./host.js";

/**
 * A process that ends the groups of this program's scopes when this program has ended, in whatever way: `kill -9` can't be caught, but it closes the pipe that
 * the watchdog reads from. Made with the first scope, and kept. It holds neither this program nor its folder nor its terminal.
 *
 * It is told `+ pid tenths` where a scope begins, by a write that the system has taken when it returns, and `- pid` soon after a scope has ended: each of
 * these wakes it.
 */
class Watchdog {
  readonly #child: ChildProcess;
  #gone = false;
  #soon = "";

  constructor() {
    this.#child = host("node:child_process").spawn("/bin/sh", ["-c", PROGRAM], {
      stdio: ["pipe", "ignore", "ignore"],
      detached: true,
      cwd: "/",
    });
    const { stdin } = this.#child;
    // What is written to one that was killed is of no use to anyone; the next scope makes another.
    const gone = () => {
      this.#gone = true;
    };
    this.#child.on("error", gone).on("exit", gone).unref();
    stdin?.on("error", gone);
    (stdin as { unref?: () => void } | null)?.unref?.();
  }

  get isGone(): boolean {
    return this.#gone;
  }

  /** Tells it `line`, and what was to be told soon. */
  tell(line: string): void {
    const text = `${this.#soon}${line}\n`;
    this.#soon = "";
    if (!this.#gone) this.#child.stdin?.write(text);
  }

  /** Tells it `line` with the next one, or within {@link SOON}. */
  tellSoon(line: string): void {
    if (this.#soon === "") setTimeout(() => this.#soon !== "" && this.tell(""), SOON).unref();
    this.#soon += `${line}\n`;
  }
}

/** Reads until the end of this program. Then: SIGTERM to all groups, SIGKILL to those that are left when the longest grace is over. */
const PROGRAM = `
trap '' HUP INT QUIT TERM
groups= left=0
while read -r what group grace; do
  [ -n "$group" ] || continue
  rest=
  for g in $groups; do [ "$g" = "$group" ] || rest="$rest $g"; done
  groups=$rest
  [ "$what" = + ] || continue
  groups="$groups $group"
  [ "$grace" -le "$left" ] || left=$grace
done
signal() { for g in $groups; do kill -s "$1" -- "-$g"; done; }
alive() { for g in $groups; do kill -s 0 -- "-$g" && return 0; done; return 1; }
signal TERM; signal CONT
while [ "$left" -gt 0 ] && alive; do sleep 0.1; left=$((left - 1)); done
signal KILL
`;

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
