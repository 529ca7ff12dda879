import { hash32 } from '../random-stream.ts';

const rows = 4;
/** Counters are four bits wide and stop here. */
const maximumCount = 15;
/** Counters per row and key of the capacity; the excess keeps strangers from sharing all four of theirs. */
const countersPerKey = 2;
/** Accesses per key of the capacity after which all counters are halved. */
const sampleFactor = 10;
const lowestCapacity = 16;
const highestCapacity = 2 ** 26;

const withoutCarries = 0x77777777;

/** Spreads the bits of a 32-bit number (finaliser of MurmurHash3). */
function spread(bits: number): number {
  let hash = bits;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

function hashOf(key: unknown): number {
  switch (typeof key) {
    case 'number':
      return spread((key | 0) ^ Math.imul(Math.floor(key / 2 ** 32), 0x9e3779b1));
    case 'string':
      return hash32(key);
    case 'bigint':
      return spread(Number(BigInt.asIntN(32, key)) ^ Math.imul(Number(BigInt.asIntN(32, key >> 32n)), 0x9e3779b1));
    default:
      throw new TypeError(`the frequency sketch counts numbers, strings and bigints, got ${typeof key}`);
  }
}

/**
 * How often keys were asked for lately, never too low and seldom too high: a count-min sketch (Cormode and
 * Muthukrishnan, Journal of Algorithms 2005) of four-bit counters that are all halved after ten accesses per key of the
 * capacity, so that old fame fades (Einziger, Friedman and Manes, "TinyLFU", ACM Transactions on Storage 2017). Four
 * bytes per key of the capacity, rounded up to a power of two.
 */
export class FrequencySketch {
  #words = new Int32Array(0);
  #rowMask = 0;
  #sampleSize = 0;
  #capacity = 0;
  #increments = 0;

  constructor(capacity: number) {
    this.#begin(capacity);
  }

  /** Keys that it tells apart well. */
  get capacity(): number {
    return this.#capacity;
  }

  /** Starts anew with more counters when the cache holds more keys than it has; what was counted is forgotten. */
  ensureCapacity(keys: number): void {
    if (keys > this.#capacity && this.#capacity < highestCapacity) {
      this.#begin(keys);
    }
  }

  /** How often the key was seen lately, 0 to 15. Throws a TypeError for keys that are no number, string or bigint. */
  frequency(key: unknown): number {
    const hash = hashOf(key);
    let least = maximumCount;
    for (let row = 0; row < rows; row += 1) {
      const counter = this.#counter(hash, row);
      least = Math.min(least, ((this.#words[counter >>> 3] as number) >>> ((counter & 7) << 2)) & maximumCount);
    }
    return least;
  }

  /** Counts an access. Throws a TypeError as `frequency`. */
  increment(key: unknown): void {
    const hash = hashOf(key);
    let hasCounted = false;
    for (let row = 0; row < rows; row += 1) {
      const counter = this.#counter(hash, row);
      const shift = (counter & 7) << 2;
      const word = this.#words[counter >>> 3] as number;
      if (((word >>> shift) & maximumCount) < maximumCount) {
        this.#words[counter >>> 3] = word + (1 << shift);
        hasCounted = true;
      }
    }
    if (hasCounted) {
      this.#increments += 1;
      if (this.#increments === this.#sampleSize) {
        this.#halve();
      }
    }
  }

  #begin(keys: number): void {
    this.#capacity = lowestCapacity;
    while (this.#capacity < Math.min(keys, highestCapacity)) {
      this.#capacity *= 2;
    }
    const countersPerRow = this.#capacity * countersPerKey;
    this.#words = new Int32Array((countersPerRow * rows) / 8);
    this.#rowMask = countersPerRow - 1;
    this.#sampleSize = sampleFactor * Math.min(Math.max(keys, 1), highestCapacity);
    this.#increments = 0;
  }

  #counter(hash: number, row: number): number {
    return row * (this.#rowMask + 1) + (spread(hash + Math.imul(row + 1, 0x9e3779b1)) & this.#rowMask);
  }

  #halve(): void {
    for (let index = 0; index < this.#words.length; index += 1) {
      this.#words[index] = ((this.#words[index] as number) >>> 1) & withoutCarries;
    }
    this.#increments >>>= 1;
  }
}
