const absent = -1;

/** Numbers the keys of a trace from 0 in the order in which they are met. */
export class KeyIndex {
  #hashes = new Uint32Array(1024);
  #count = 0;
  readonly #texts = new Map<string, number>();
  // Keys of 64 bits: open addressing, because 10 million BigInt keys of a Map would take more than a gigabyte.
  #low = new Uint32Array(1024);
  #high = new Uint32Array(1024);
  #slots = new Int32Array(2048).fill(absent);

  get count(): number {
    return this.#count;
  }

  /** The hash under which a number was given out. */
  hashAt(key: number): number {
    return this.#hashes[key] ?? 0;
  }

  ofText(text: string, hash: number): number {
    const known = this.#texts.get(text);
    if (known !== undefined) {
      return known;
    }
    const key = this.#next(hash);
    this.#texts.set(text, key);
    return key;
  }

  ofBits(low: number, high: number, hash: number): number {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const key = this.#slots[slot] ?? absent;
      if (key === absent) {
        return this.#insertBits(low, high, hash, slot);
      }
      if (this.#low[key] === low && this.#high[key] === high) {
        return key;
      }
      slot = (slot + 1) & mask;
    }
  }

  /** Forgets every key that `keeps` refuses and numbers the rest anew; returns the new number of each old one, −1 where it is gone. */
  retain(keeps: (hash: number) => boolean): Int32Array {
    const renumbered = new Int32Array(this.#count).fill(absent);
    let kept = 0;
    for (let key = 0; key < this.#count; key += 1) {
      const hash = this.hashAt(key);
      if (keeps(hash)) {
        this.#hashes[kept] = hash;
        this.#low[kept] = this.#low[key] ?? 0;
        this.#high[kept] = this.#high[key] ?? 0;
        renumbered[key] = kept;
        kept += 1;
      }
    }
    for (const [text, key] of this.#texts) {
      const now = renumbered[key] ?? absent;
      if (now === absent) {
        this.#texts.delete(text);
      } else {
        this.#texts.set(text, now);
      }
    }
    this.#count = kept;
    this.#fillSlots();
    return renumbered;
  }

  #next(hash: number): number {
    if (this.#count === this.#hashes.length) {
      this.#hashes = grown(this.#hashes);
    }
    const key = this.#count;
    this.#hashes[key] = hash;
    this.#count += 1;
    return key;
  }

  #insertBits(low: number, high: number, hash: number, slot: number): number {
    const key = this.#next(hash);
    if (key >= this.#low.length) {
      this.#low = grown(this.#low);
      this.#high = grown(this.#high);
    }
    this.#low[key] = low;
    this.#high[key] = high;
    this.#slots[slot] = key;
    if (this.#count * 2 > this.#slots.length) {
      this.#slots = new Int32Array(this.#slots.length * 2);
      this.#fillSlots();
    }
    return key;
  }

  #fillSlots(): void {
    // Texts are in the map; their numbers have no bits and need no slot.
    this.#slots.fill(absent);
    if (this.#texts.size > 0) {
      return;
    }
    const mask = this.#slots.length - 1;
    for (let key = 0; key < this.#count; key += 1) {
      let slot = this.hashAt(key) & mask;
      while (this.#slots[slot] !== absent) {
        slot = (slot + 1) & mask;
      }
      this.#slots[slot] = key;
    }
  }
}

function grown(before: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const after = new Uint32Array(before.length * 2);
  after.set(before);
  return after;
}
