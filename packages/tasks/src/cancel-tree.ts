/**
 * A cancellation that has been asked for and not arrived: it found no wait to cancel, so it is kept for the next one.
 * `after`: where it did cancel other waits, the number of the last wait it may not strike (they have theirs).
 */
interface Undelivered {
  reason: unknown;
  sequence: number;
  after: number;
}

/** What a node needs only once it is cancelled. */
interface Cancellation {
  /** How many cancellations were asked for and not taken back. */
  requests: number;
  undelivered: Undelivered | null;
  /** In the root: the reason of the latest cancellation that did not arrive at once. */
  latestReason: unknown;
}

const NONE: ReadonlySet<never> = new Set<never>();

let latest = 0;

/** Waits and cancellations are numbered, to tell which came first. */
export function nextNumber(): number {
  return ++latest;
}

/** The number given last. */
export function latestNumber(): number {
  return latest;
}

/**
 * A node of a task's tree of cancellation: its count, and what has not arrived. Where code is sequential the path from the
 * running node to the root behaves as CPython's single counter and `_must_cancel`:
 * - `cancelling` is the sum of the counts on the path;
 * - `uncancel` takes one from the innermost node that has any; at 0 it drops what is undelivered on the path;
 * - a node that ends hands its count and what is undelivered to its parent.
 */
export abstract class CancelTree<Node extends CancelTree<Node>> {
  #parent: Node | null;
  #children: Set<Node> | null = null;
  #cancellation: Cancellation | null = null;

  constructor(parent: Node | null) {
    this.#parent = parent;
    if (parent !== null) parent.#addChild(this.asNode());
  }

  protected abstract asNode(): Node;
  /** Nothing is being cancelled on its path any more. */
  protected abstract renewed(): void;

  /** The node above; `null` for the root, and for one that was cut off. */
  get parent(): Node | null {
    return this.#parent;
  }

  protected get children(): ReadonlySet<Node> {
    return this.#children ?? NONE;
  }

  /** Whether a cancellation was ever asked for. */
  wasCancelled(): boolean {
    return this.#cancellation !== null;
  }

  /** The count from here to the root. */
  cancelling(): number {
    let sum = 0;
    for (let node: CancelTree<Node> | null = this; node !== null; node = node.#parent) sum += node.#requests;
    return sum;
  }

  /** The count of this node and all below it. */
  cancellingBelow(): number {
    let sum = this.#requests;
    for (const child of this.children) sum += child.cancellingBelow();
    return sum;
  }

  /** Takes one cancellation back; how many are left on the path to the root. */
  uncancel(): number {
    for (let node: CancelTree<Node> | null = this; node !== null; node = node.#parent) if (node.#takeOne()) break;
    const left = this.cancelling();
    if (left === 0) for (let node: CancelTree<Node> | null = this; node !== null; node = node.#parent) node.#renew();
    return left;
  }

  /** {@link uncancel} from outside the task: over the whole tree, the innermost first. */
  uncancelBelow(): number {
    this.#takeOneBelow();
    const left = this.cancellingBelow();
    if (left === 0) this.#renewBelow();
    return left;
  }

  /** The innermost node on the path that has a count; the root when none has. */
  protected innermostCancelled(): Node {
    let node = this.asNode();
    while (node.#requests === 0 && node.#parent !== null) node = node.#parent;
    return node;
  }

  /** Whether a cancellation waits on the path to the root for its next wait. `wait`: the number of the wait that asks. */
  hasUndelivered(wait: number = Number.POSITIVE_INFINITY): boolean {
    for (let node: CancelTree<Node> | null = this; node !== null; node = node.#parent) {
      const undelivered = node.#cancellation?.undelivered;
      if (undelivered && wait > undelivered.after) return true;
    }
    return false;
  }

  /** Drops what is undelivered on the path; the reason of the latest. */
  takeUndelivered(): unknown {
    const reason = this.latestUndelivered();
    for (let node: CancelTree<Node> | null = this; node !== null; node = node.#parent) {
      if (node.#cancellation !== null) node.#cancellation.undelivered = null;
    }
    return reason;
  }

  /** The reason of the latest cancellation on the path that is undelivered. */
  latestUndelivered(): unknown {
    let last: Undelivered | null = null;
    for (let node: CancelTree<Node> | null = this; node !== null; node = node.#parent) {
      const own: Undelivered | null | undefined = node.#cancellation?.undelivered;
      if (own && (last === null || own.sequence > last.sequence)) last = own;
    }
    return last?.reason;
  }

  /** The reason of the latest cancellation of the task that did not arrive at once. asyncio shows it in what `gather` gives. */
  get latestReason(): unknown {
    return this.#cancellation?.latestReason;
  }

  /** Counts a cancellation. */
  protected request(): void {
    this.#cancelled().requests++;
  }

  /** Keeps a cancellation for the next wait, or for the next one after the wait `after`. */
  protected keep(reason: unknown, after: number): void {
    this.#cancelled().undelivered = { reason, sequence: nextNumber(), after };
    let root: CancelTree<Node> = this;
    while (root.#parent !== null) root = root.#parent;
    root.#cancelled().latestReason = reason;
  }

  /** Hands what is below to `heir`. */
  protected bequeathChildren(heir: Node): void {
    for (const child of this.children) {
      child.#parent = heir;
      heir.#addChild(child);
    }
    this.#children = null;
  }

  /** Hands what is left to `parent`: this node has ended. */
  protected bequeathTo(parent: Node): void {
    parent.#children?.delete(this.asNode());
    this.bequeathChildren(parent);
    const mine = this.#cancellation;
    if (mine === null) return;
    const its = parent.#cancelled();
    its.requests += mine.requests;
    if (mine.undelivered === null) return;
    if (its.undelivered === null || mine.undelivered.sequence > its.undelivered.sequence)
      its.undelivered = mine.undelivered;
  }

  get #requests(): number {
    return this.#cancellation?.requests ?? 0;
  }

  #cancelled(): Cancellation {
    this.#cancellation ??= { requests: 0, undelivered: null, latestReason: undefined };
    return this.#cancellation;
  }

  #addChild(child: Node): void {
    this.#children ??= new Set();
    this.#children.add(child);
  }

  #renew(): void {
    if (this.#cancellation !== null) this.#cancellation.undelivered = null;
    this.renewed();
  }

  #renewBelow(): void {
    this.#renew();
    for (const child of this.children) child.#renewBelow();
  }

  #takeOneBelow(): boolean {
    for (const child of this.children) if (child.#takeOneBelow()) return true;
    return this.#takeOne();
  }

  #takeOne(): boolean {
    if (this.#requests === 0) return false;
    this.#cancelled().requests--;
    return true;
  }
}
