import type { CacheLimits } from '../policy.ts';
import { type Item, type Items, Model } from './model.ts';

/** Figure 4 of the ARC paper, with weights where it counts pages. */
export class ArcModel extends Model {
  readonly #t1: Items = [];
  readonly #t2: Items = [];
  readonly #b1: Items = [];
  readonly #b2: Items = [];
  #p = 0;
  override resident() {
    return { T1: this.#t1, T2: this.#t2 };
  }
  override ghosts() {
    return { B1: this.#b1, B2: this.#b2 };
  }
  override state(): string {
    return `${super.state()} | p: ${this.#p}`;
  }
  protected override hit(item: Item): void {
    this.remove(item);
    this.#t2.unshift(item);
  }
  protected override evict(): void {
    this.#replace(false);
    this.#trim(0);
  }
  #replace(isInB2: boolean): void {
    const t1 = this.weigh(this.#t1);
    if (this.#t2.length === 0 || (this.#t1.length > 0 && (t1 > this.#p || (isInB2 && t1 === this.#p)))) {
      this.#b1.unshift(this.#t1.pop() as Item);
    } else {
      this.#b2.unshift(this.#t2.pop() as Item);
    }
  }
  #trim(coming: number): void {
    while (this.weigh([...this.#t1, ...this.#t2, ...this.#b1, ...this.#b2]) + coming > 2 * this.capacity) {
      if ((this.#b2.pop() ?? this.#b1.pop()) === undefined) {
        return;
      }
    }
  }
  protected override makeRoomFor(item: Item, isInB2 = false): void {
    while (this.residents().length + 1 > this.maximumEntries || this.bytes + item.size > this.maximumBytes) {
      this.#replace(isInB2);
    }
  }
  protected override admit(item: Item, ghostList: string | undefined): void {
    if (ghostList === undefined) {
      const weight = this.weigh([item]);
      while (this.weigh([...this.#t1, ...this.#b1]) + weight > this.capacity && this.#t1.length + this.#b1.length > 0) {
        if (this.#b1.pop() === undefined) {
          this.#t1.pop();
        }
      }
      this.#trim(weight);
      this.makeRoomFor(item);
      this.#t1.unshift(item);
      return;
    }
    const isInB2 = ghostList === 'B2';
    const [own, other] = isInB2 ? [this.#b2, this.#b1] : [this.#b1, this.#b2];
    const step = Math.max(1, this.weigh(other) / this.weigh(own));
    const weight = this.weigh([this.takeGhost(own, item.key)]);
    this.#p = isInB2 ? Math.max(0, this.#p - step * weight) : Math.min(this.capacity, this.#p + step * weight);
    this.makeRoomFor(item, isInB2);
    this.#t2.unshift(item);
    this.#trim(0);
  }
}

type Status = 'LIR' | 'HIR' | 'gone';

/** The stack and the queue of the LIRS paper; a key's status is kept beside them. */
export class LirsModel extends Model {
  readonly #stack: Items = [];
  readonly #queue: Items = [];
  readonly #status = new Map<Item, Status>();
  /** In the order in which they left, the last first. */
  readonly #gone: Items = [];
  readonly #lirCapacity: number;
  constructor(limits: CacheLimits) {
    super(limits);
    this.#lirCapacity = this.capacity - Math.max(1, Math.floor(this.capacity * 0.01));
  }
  override resident() {
    return { LIR: this.#stack.filter((item) => this.#status.get(item) === 'LIR'), queue: this.#queue };
  }
  override ghosts() {
    return { gone: this.#gone };
  }
  override state(): string {
    const stack = this.#stack.map((item) => {
      const status = this.#status.get(item);
      return status === 'LIR' ? item.key.toUpperCase() : status === 'HIR' ? item.key : `(${item.key})`;
    });
    return `S: ${stack.join(' ') || '-'} | Q: ${this.#queue.map(({ key }) => key).join(' ') || '-'}`;
  }
  protected override remove(item: Item): void {
    for (const list of [this.#stack, this.#queue, this.#gone]) {
      const index = list.indexOf(item);
      if (index >= 0) {
        list.splice(index, 1);
      }
    }
    // The paper knows no deletion, and prunes where a LIR key leaves the stack.
    if (this.#status.get(item) === 'LIR') {
      this.#prune();
    }
  }
  protected override hit(item: Item): void {
    const wasInStack = this.#stack.includes(item);
    if (this.#status.get(item) === 'HIR') {
      this.#queue.splice(this.#queue.indexOf(item), 1);
      if (!wasInStack) {
        this.#queue.unshift(item);
      }
    }
    if (wasInStack) {
      this.#stack.splice(this.#stack.indexOf(item), 1);
      this.#status.set(item, 'LIR');
    }
    this.#stack.unshift(item);
    if (wasInStack) {
      this.#prune();
      this.#demote();
    }
    this.#limit();
  }
  #demote(): void {
    while (this.weigh(this.resident().LIR) > this.#lirCapacity) {
      this.#bottomToQueue();
    }
  }
  #bottomToQueue(): void {
    this.#prune();
    const bottom = this.#stack.pop() as Item;
    this.#status.set(bottom, 'HIR');
    this.#queue.unshift(bottom);
    this.#prune();
  }
  #prune(): void {
    while (this.#stack.length > 0 && this.#status.get(this.#stack.at(-1) as Item) !== 'LIR') {
      const bottom = this.#stack.pop() as Item;
      if (this.#gone.includes(bottom)) {
        this.#gone.splice(this.#gone.indexOf(bottom), 1);
      }
    }
  }
  #limit(): void {
    while (this.weigh(this.#stack) > 2 * this.capacity && this.#gone.length > 0) {
      const oldest = this.#gone.pop() as Item;
      this.#stack.splice(this.#stack.indexOf(oldest), 1);
    }
  }
  protected override evict(): void {
    if (this.#queue.length === 0) {
      this.#bottomToQueue();
    }
    const front = this.#queue.pop() as Item;
    if (this.#stack.includes(front)) {
      this.#status.set(front, 'gone');
      this.#gone.unshift(front);
    }
  }
  protected override admit(item: Item, ghostList: string | undefined): void {
    if (ghostList !== undefined) {
      const ghost = this.takeGhost(this.#gone, item.key);
      this.#stack.splice(this.#stack.indexOf(ghost), 1);
    }
    this.makeRoomFor(item);
    const isLir = ghostList !== undefined || this.weigh([...this.resident().LIR, item]) <= this.#lirCapacity;
    this.#status.set(item, isLir ? 'LIR' : 'HIR');
    this.#stack.unshift(item);
    if (!isLir) {
      this.#queue.unshift(item);
    }
    this.#demote();
    this.#limit();
  }
}
