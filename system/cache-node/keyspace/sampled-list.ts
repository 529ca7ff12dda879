import type { RandomStream } from '../../policies/random-stream.ts';
import type { Entry } from './entry.ts';

/** Entries in no order, of which a random one is found at once; each knows its place, so that it leaves in constant time. */
export class SampledList {
  readonly #entries: Entry[] = [];
  readonly #place: 'place' | 'expiryPlace';

  constructor(place: 'place' | 'expiryPlace') {
    this.#place = place;
  }

  get length(): number {
    return this.#entries.length;
  }

  add(entry: Entry): void {
    entry[this.#place] = this.#entries.length;
    this.#entries.push(entry);
  }

  remove(entry: Entry): void {
    const place = entry[this.#place];
    const last = this.#entries.pop();
    if (last !== undefined && last !== entry) {
      this.#entries[place] = last;
      last[this.#place] = place;
    }
    entry[this.#place] = -1;
  }

  /** A uniformly chosen one; undefined when there is none. */
  draw(random: RandomStream): Entry | undefined {
    return this.#entries[Math.floor(random.uniform() * this.#entries.length)];
  }
}
