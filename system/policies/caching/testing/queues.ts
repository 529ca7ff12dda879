import { type Item, type Items, Model } from './model.ts';

export class LruModel extends Model {
  readonly #list: Items = [];
  override resident() {
    return { lru: this.#list };
  }
  protected override hit(item: Item): void {
    this.remove(item);
    this.#list.unshift(item);
  }
  protected override evict(): void {
    this.#list.pop();
  }
  protected override admit(item: Item): void {
    this.makeRoomFor(item);
    this.#list.unshift(item);
  }
}

export class FifoModel extends Model {
  readonly #list: Items = [];
  override resident() {
    return { fifo: this.#list };
  }
  protected override hit(): void {}
  protected override evict(): void {
    this.#list.pop();
  }
  protected override admit(item: Item): void {
    this.makeRoomFor(item);
    this.#list.unshift(item);
  }
}

/** A real circle of frames with a hand that moves over it. */
export class ClockModel extends Model {
  readonly #frames: Items = [];
  #hand = 0;
  /** From the frame just behind the hand back to the one at it. */
  override resident() {
    return { clock: [...this.#frames.slice(this.#hand), ...this.#frames.slice(0, this.#hand)].reverse() };
  }
  protected override hit(item: Item): void {
    item.count = 1;
  }
  protected override show({ key, count }: Item): string {
    return count === 1 ? `${key}*` : key;
  }
  protected override evict(): void {
    for (let item = this.#frames[this.#hand] as Item; item.count === 1; item = this.#frames[this.#hand] as Item) {
      item.count = 0;
      this.#hand = (this.#hand + 1) % this.#frames.length;
    }
    this.remove(this.#frames[this.#hand] as Item);
  }
  protected override remove(item: Item): void {
    const index = this.#frames.indexOf(item);
    this.#frames.splice(index, 1);
    this.#hand -= index < this.#hand ? 1 : 0;
    this.#hand = this.#hand >= this.#frames.length ? 0 : this.#hand;
  }
  protected override admit(item: Item): void {
    this.makeRoomFor(item);
    this.#frames.splice(this.#hand, 0, item);
    this.#hand = (this.#hand + 1) % this.#frames.length;
  }
}

export class SieveModel extends Model {
  readonly #list: Items = [];
  #hand: Item | undefined;
  override resident() {
    return { sieve: this.#list };
  }
  protected override show(item: Item): string {
    return `${item === this.#hand ? '>' : ''}${item.key}${item.count === 1 ? '*' : ''}`;
  }
  protected override hit(item: Item): void {
    item.count = 1;
  }
  protected override remove(item: Item): void {
    if (item === this.#hand) {
      this.#hand = this.#list[this.#list.indexOf(item) - 1];
    }
    super.remove(item);
  }
  protected override evict(): void {
    let item = this.#hand ?? (this.#list.at(-1) as Item);
    while (item.count === 1) {
      item.count = 0;
      item = this.#list[this.#list.indexOf(item) - 1] ?? (this.#list.at(-1) as Item);
    }
    this.#hand = this.#list[this.#list.indexOf(item) - 1];
    super.remove(item);
  }
  protected override admit(item: Item): void {
    this.makeRoomFor(item);
    this.#list.unshift(item);
  }
}

export class SlruModel extends Model {
  readonly #probation: Items = [];
  readonly #protected: Items = [];
  override resident() {
    return { probation: this.#probation, protected: this.#protected };
  }
  protected override hit(item: Item): void {
    this.remove(item);
    this.#protected.unshift(item);
    while (this.weigh(this.#protected) > Math.floor(this.capacity * 0.8)) {
      this.#probation.unshift(this.#protected.pop() as Item);
    }
  }
  protected override evict(): void {
    (this.#probation.length > 0 ? this.#probation : this.#protected).pop();
  }
  protected override admit(item: Item): void {
    this.makeRoomFor(item);
    this.#probation.unshift(item);
  }
}

export class TwoQueueModel extends Model {
  readonly #in: Items = [];
  readonly #hot: Items = [];
  readonly #out: Items = [];
  override resident() {
    return { in: this.#in, hot: this.#hot };
  }
  override ghosts() {
    return { out: this.#out };
  }
  protected override hit(item: Item): void {
    if (this.#hot.includes(item)) {
      this.remove(item);
      this.#hot.unshift(item);
    }
  }
  protected override evict(): void {
    const mayKeepIn = Math.max(1, Math.floor(this.capacity * 0.25));
    if (this.weigh(this.#in) <= mayKeepIn && this.#hot.length > 0) {
      this.#hot.pop();
      return;
    }
    this.#out.unshift(this.#in.pop() as Item);
    while (this.weigh(this.#out) > Math.max(1, Math.floor(this.capacity * 0.5))) {
      this.#out.pop();
    }
  }
  protected override admit(item: Item, ghostList: string | undefined): void {
    if (ghostList === undefined) {
      this.makeRoomFor(item);
      this.#in.unshift(item);
    } else {
      this.takeGhost(this.#out, item.key);
      this.makeRoomFor(item);
      this.#hot.unshift(item);
    }
  }
}

export class S3FifoModel extends Model {
  readonly #small: Items = [];
  readonly #main: Items = [];
  readonly #ghosts: Items = [];
  override resident() {
    return { small: this.#small, main: this.#main };
  }
  override ghosts() {
    return { ghosts: this.#ghosts };
  }
  protected override show(item: Item): string {
    return item.count > 0 && !this.#ghosts.includes(item) ? `${item.key}${item.count}` : item.key;
  }
  protected override hit(item: Item): void {
    item.count = Math.min(3, item.count + 1);
  }
  protected override evict(): void {
    const mainCapacity = this.capacity - Math.max(1, Math.floor(this.capacity * 0.1));
    if (this.weigh(this.#main) <= mainCapacity && this.#small.length > 0) {
      while (this.#small.length > 0) {
        const oldest = this.#small.pop() as Item;
        if (oldest.count < 2) {
          this.#ghosts.unshift(oldest);
          while (this.weigh(this.#ghosts) > mainCapacity) {
            this.#ghosts.pop();
          }
          return;
        }
        oldest.count = 0;
        this.#main.unshift(oldest);
      }
    }
    // Everything moved up, or main has more than its share.
    if (this.#main.length === 0 || (this.weigh(this.#main) <= mainCapacity && this.#small.length > 0)) {
      this.evict();
      return;
    }
    for (;;) {
      const oldest = this.#main.pop() as Item;
      if (oldest.count === 0) {
        return;
      }
      oldest.count -= 1;
      this.#main.unshift(oldest);
    }
  }
  protected override admit(item: Item, ghostList: string | undefined): void {
    if (ghostList === undefined) {
      this.makeRoomFor(item);
      this.#small.unshift(item);
    } else {
      this.takeGhost(this.#ghosts, item.key);
      this.makeRoomFor(item);
      this.#main.unshift(item);
    }
  }
}
