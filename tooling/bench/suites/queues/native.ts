/** What one writes by hand: a list of items, and lists of those who wait. */
class Queue<T> {
  readonly #items: T[] = [];
  readonly #getters: (() => void)[] = [];
  readonly #putters: (() => void)[] = [];
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  async put(item: T): Promise<void> {
    while (this.#items.length >= this.#limit) await new Promise<void>((resolve) => this.#putters.push(resolve));
    this.#items.push(item);
    this.#getters.shift()?.();
  }

  async get(): Promise<T> {
    while (this.#items.length === 0) await new Promise<void>((resolve) => this.#getters.push(resolve));
    const item = this.#items.shift() as T;
    this.#putters.shift()?.();
    return item;
  }
}

async function handOver(n: number, pairs: number, limit: number): Promise<void> {
  const queue = new Queue<number>(limit);
  const produce = async (): Promise<void> => {
    for (let i = 0; i < n / pairs; i++) await queue.put(i);
  };
  const consume = async (): Promise<void> => {
    for (let i = 0; i < n / pairs; i++) await queue.get();
  };
  await Promise.all(Array.from({ length: pairs }, () => [consume(), produce()]).flat());
}

export async function alone(n: number): Promise<void> {
  const queue = new Queue<number>(Number.POSITIVE_INFINITY);
  for (let i = 0; i < n; i++) {
    await queue.put(i);
    await queue.get();
  }
}

export const oneToOne = (n: number): Promise<void> => handOver(n, 1, Number.POSITIVE_INFINITY);
export const oneToOneBounded = (n: number): Promise<void> => handOver(n, 1, 10);
export const manyToMany = (n: number): Promise<void> => handOver(n, 10, Number.POSITIVE_INFINITY);
export const manyToManyBounded = (n: number): Promise<void> => handOver(n, 10, 10);
