interface Shared<T> {
  readonly opened: Promise<T>;
  users: number;
}

/** What the variants of one run share: opened by the first that asks, closed when the last has gone. */
export class SharedContexts<T> {
  readonly #close: (context: T) => Promise<void>;
  readonly #shared = new Map<string, Shared<T>>();

  constructor(close: (context: T) => Promise<void>) {
    this.#close = close;
  }

  /** Rejects as `open` does; a later caller then tries again. */
  async acquire(key: string, open: () => Promise<T>): Promise<T> {
    const shared = this.#shared.get(key) ?? { opened: open(), users: 0 };
    shared.users++;
    this.#shared.set(key, shared);
    try {
      return await shared.opened;
    } catch (error) {
      this.#shared.delete(key);
      throw error;
    }
  }

  async release(key: string): Promise<void> {
    const shared = this.#shared.get(key);
    if (shared === undefined) {
      return;
    }
    shared.users--;
    if (shared.users === 0) {
      this.#shared.delete(key);
      await this.#close(await shared.opened);
    }
  }
}
