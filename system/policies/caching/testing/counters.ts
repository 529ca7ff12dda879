import { FrequencySketch } from '../frequency-sketch.ts';
import type { CacheLimits } from '../policy.ts';
import { type Item, type Items, Model } from './model.ts';

/** Shared by both: a list whose next victim is found by looking at everything. */
abstract class Ranked extends Model {
  protected items: Items = [];
  #moment = 0;
  readonly #placedAt = new Map<Item, number>();

  protected abstract worth(item: Item): number;

  override resident() {
    return { [this.name]: this.items };
  }
  protected abstract readonly name: string;

  /** Whoever is to leave first comes first. */
  protected place(item: Item): void {
    this.#moment += 1;
    this.#placedAt.set(item, this.#moment);
    this.sort();
  }

  protected sort(): void {
    this.items.sort(
      (left, right) => this.worth(left) - this.worth(right) || (this.#placedAt.get(left) as number) - (this.#placedAt.get(right) as number),
    );
  }

  protected override evict(): void {
    this.items.shift();
  }
}

export class LfuModel extends Ranked {
  protected override readonly name = 'lfu';
  readonly #maximumMeanCount: number;
  constructor(limits: CacheLimits, maximumMeanCount = 100) {
    super(limits);
    this.#maximumMeanCount = maximumMeanCount;
  }
  protected override worth({ count }: Item): number {
    return count;
  }
  protected override show({ key, count }: Item): string {
    return `${key}${count}`;
  }
  protected override hit(item: Item): void {
    item.count += 1;
    this.place(item);
    if (this.items.reduce((sum, { count }) => sum + count, 0) > this.#maximumMeanCount * this.items.length) {
      for (const each of this.items) {
        each.count = Math.ceil(each.count / 2);
      }
      this.sort();
    }
  }
  protected override admit(item: Item): void {
    this.makeRoomFor(item);
    item.count = 1;
    this.items.push(item);
    this.place(item);
  }
}

export class GdsfModel extends Ranked {
  protected override readonly name = 'gdsf';
  readonly #worth = new Map<Item, number>();
  #age = 0;
  protected override worth(item: Item): number {
    return this.#worth.get(item) as number;
  }
  protected override show(item: Item): string {
    return `${item.key}=${this.worth(item)}`;
  }
  #value(item: Item): void {
    this.#worth.set(item, this.#age + (item.count * item.cost) / item.size);
    this.place(item);
  }
  protected override hit(item: Item): void {
    item.count += 1;
    this.#value(item);
  }
  protected override evict(): void {
    this.#age = this.worth(this.items[0] as Item);
    super.evict();
  }
  protected override admit(item: Item): void {
    this.makeRoomFor(item);
    item.count = 1;
    this.#worth.set(item, 0);
    this.items.push(item);
    this.#value(item);
  }
}

/** The lists are the paper's; the counts come from the sketch, which has tests of its own. */
export class WindowTinyLfuModel extends Model {
  readonly #window: Items = [];
  readonly #probation: Items = [];
  readonly #protected: Items = [];
  readonly #sketch: FrequencySketch;
  readonly #windowCapacity: number;
  constructor(limits: CacheLimits) {
    super(limits);
    this.#sketch = new FrequencySketch(Math.min(this.maximumEntries, 65_536));
    this.#windowCapacity = Math.max(1, Math.floor(this.capacity * 0.01));
  }
  override resident() {
    return { window: this.#window, probation: this.#probation, protected: this.#protected };
  }
  protected override hit(item: Item): void {
    this.#sketch.increment(item.key);
    if (this.#window.includes(item)) {
      this.remove(item);
      this.#window.unshift(item);
      return;
    }
    this.remove(item);
    this.#protected.unshift(item);
    while (this.weigh(this.#protected) > Math.floor((this.capacity - this.#windowCapacity) * 0.8)) {
      this.#probation.unshift(this.#protected.pop() as Item);
    }
  }
  protected override evict(): void {
    const from = [this.#probation, this.#protected, this.#window].find(({ length }) => length > 0) as Items;
    from.pop();
  }
  protected override admit(item: Item): void {
    this.#sketch.increment(item.key);
    this.#window.unshift(item);
    const candidates: Items = [];
    while (this.weigh(this.#window) > this.#windowCapacity) {
      const candidate = this.#window.pop() as Item;
      candidates.push(candidate);
      this.#probation.unshift(candidate);
    }
    while (this.residents().length > this.maximumEntries || this.bytes > this.maximumBytes) {
      const candidate = candidates[0];
      const victim = this.#probation.at(-1);
      if (candidate === undefined || victim === undefined) {
        this.evict();
      } else if (candidate !== victim && this.#sketch.frequency(candidate.key) > this.#sketch.frequency(victim.key)) {
        this.remove(victim);
      } else {
        this.remove(candidate);
        candidates.shift();
      }
    }
  }
}
