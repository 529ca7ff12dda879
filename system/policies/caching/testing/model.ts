import type { CacheLimits } from '../policy.ts';

export interface Item {
  readonly key: string;
  size: number;
  cost: number;
  count: number;
}

/** Items, the newest first. */
export type Items = Item[];

/**
 * A policy as its paper writes it down, over plain arrays and without any thought of speed: what the fast one is
 * compared with step by step. `state()` writes every list down, the newest item first, for traces worked by hand.
 */
export abstract class Model {
  protected readonly maximumEntries: number;
  protected readonly maximumBytes: number;
  protected readonly weighsBytes: boolean;
  protected readonly capacity: number;

  constructor({ maximumEntries = Number.POSITIVE_INFINITY, maximumBytes = Number.POSITIVE_INFINITY }: CacheLimits) {
    this.maximumEntries = maximumEntries;
    this.maximumBytes = maximumBytes;
    this.weighsBytes = Number.isFinite(maximumBytes);
    this.capacity = this.weighsBytes ? maximumBytes : maximumEntries;
  }

  /** The lists of residents by name. */
  abstract resident(): Record<string, Items>;
  /** The lists of ghosts by name. */
  ghosts(): Record<string, Items> {
    return {};
  }

  protected abstract hit(item: Item): void;
  protected abstract evict(): void;
  /** Takes in an item; `isGhost` says that a ghost list held its key, from which it is gone by now. */
  protected abstract admit(item: Item, ghostList: string | undefined): void;

  residents(): Items {
    return Object.values(this.resident()).flat();
  }

  has(key: string): boolean {
    return this.residents().some((item) => item.key === key);
  }

  get bytes(): number {
    return this.residents().reduce((sum, { size }) => sum + size, 0);
  }

  get(key: string): boolean {
    const item = this.residents().find((resident) => resident.key === key);
    if (item !== undefined) {
      this.hit(item);
    }
    return item !== undefined;
  }

  set(key: string, size: number, cost = 1): boolean {
    const item = this.residents().find((resident) => resident.key === key);
    if (size > this.maximumBytes) {
      if (item !== undefined) {
        this.remove(item);
      }
      return false;
    }
    if (item === undefined) {
      const ghostList = Object.keys(this.ghosts()).find((name) => this.ghosts()[name]?.some((ghost) => ghost.key === key));
      this.admit({ key, size, cost, count: 0 }, ghostList);
    } else {
      item.size = size;
      item.cost = cost;
      this.hit(item);
      while (this.residents().length > this.maximumEntries || this.bytes > this.maximumBytes) {
        this.evict();
      }
    }
    return this.has(key);
  }

  delete(key: string): boolean {
    const wasResident = this.has(key);
    for (const list of [...Object.values(this.resident()), ...Object.values(this.ghosts())]) {
      for (const item of list.filter((each) => each.key === key)) {
        this.remove(item);
      }
    }
    return wasResident;
  }

  state(): string {
    const lists = { ...this.resident(), ...this.ghosts() };
    return Object.entries(lists)
      .map(([name, items]) => `${name}: ${items.map((item) => this.show(item)).join(' ') || '-'}`)
      .join(' | ');
  }

  protected show({ key }: Item): string {
    return key;
  }

  protected remove(item: Item): void {
    for (const list of [...Object.values(this.resident()), ...Object.values(this.ghosts())]) {
      const index = list.indexOf(item);
      if (index >= 0) {
        list.splice(index, 1);
      }
    }
  }

  protected makeRoomFor(item: Item): void {
    while (this.residents().length + 1 > this.maximumEntries || this.bytes + item.size > this.maximumBytes) {
      this.evict();
    }
  }

  protected weigh(items: Items): number {
    const least = Number.isFinite(this.maximumEntries) ? Math.ceil(this.maximumBytes / this.maximumEntries) : 1;
    return items.reduce((sum, { size }) => sum + (this.weighsBytes ? Math.max(size, least) : 1), 0);
  }

  /** Takes a ghost of that key out of its list, and returns it. */
  protected takeGhost(list: Items, key: string): Item {
    return list.splice(
      list.findIndex((ghost) => ghost.key === key),
      1,
    )[0] as Item;
  }
}
