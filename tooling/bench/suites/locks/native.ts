/** What one writes by hand: a list of those who wait. */
class Semaphore {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(permits: number) {
    this.#free = permits;
  }

  acquire(): Promise<void> {
    if (this.#free > 0) {
      this.#free--;
      return Promise.resolve();
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next();
  }
}

async function workers(n: number, permits: number): Promise<void> {
  const semaphore = new Semaphore(permits);
  const worker = async (): Promise<void> => {
    for (let i = 0; i < n / 100; i++) {
      await semaphore.acquire();
      await null;
      semaphore.release();
    }
  };
  await Promise.all(Array.from({ length: 100 }, worker));
}

export async function free(n: number): Promise<void> {
  const lock = new Semaphore(1);
  for (let i = 0; i < n; i++) {
    await lock.acquire();
    lock.release();
  }
}

export const contended = (n: number): Promise<void> => workers(n, 1);
export const semaphore = (n: number): Promise<void> => workers(n, 10);
