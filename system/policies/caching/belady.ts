/** Stands for the next access of a key that is not asked for again. */
export const neverAgain = Number.POSITIVE_INFINITY;

/** For every access the index of the next one to the same key, or `neverAgain`. */
export function nextAccesses(keys: readonly unknown[]): Float64Array {
  const next = new Float64Array(keys.length);
  const laterAccess = new Map<unknown, number>();
  for (let index = keys.length - 1; index >= 0; index -= 1) {
    next[index] = laterAccess.get(keys[index]) ?? neverAgain;
    laterAccess.set(keys[index], index);
  }
  return next;
}

/**
 * Leaves out the hits that no cache could have: what was stored at access `from` and asked for again at `to` may have
 * expired or been invalidated in between. Over what is left, `beladyPolicy` and `relaxedBound` stay bounds, but become
 * relaxations: an entry's age may count from a write long before `from`, and then it expires sooner than assumed here.
 */
export function survivingAccesses(next: ArrayLike<number>, survives: (from: number, to: number) => boolean): Float64Array {
  return Float64Array.from(next, (to, from) => (to === neverAgain || survives(from, to) ? to : neverAgain));
}

export interface BeladyOptions {
  /**
   * Whether a key may be refused at a miss. The bound for every policy needs it, as some refuse; without it, this is the
   * MIN of the paper, the bound for those that take in whatever was missed.
   */
  readonly mayRefuse?: boolean;
}

/** Numbers with the largest on top; what the `isLive` test no longer knows is dropped when it piles up. */
class Farthest {
  #heap: number[] = [];

  get length(): number {
    return this.#heap.length;
  }

  push(value: number): void {
    const heap = this.#heap;
    let at = heap.push(value) - 1;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      if ((heap[parent] as number) >= value) {
        break;
      }
      heap[at] = heap[parent] as number;
      at = parent;
    }
    heap[at] = value;
  }

  /** Takes the largest; meaningless while empty. */
  pop(): number {
    const heap = this.#heap;
    const largest = heap[0] as number;
    const last = heap.pop() as number;
    if (heap.length > 0) {
      this.#sink(last, 0);
    }
    return largest;
  }

  keep(isLive: (value: number) => boolean): void {
    this.#heap = this.#heap.filter(isLive);
    for (let at = (this.#heap.length >>> 1) - 1; at >= 0; at -= 1) {
      this.#sink(this.#heap[at] as number, at);
    }
  }

  #sink(value: number, from: number): void {
    const heap = this.#heap;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) {
        break;
      }
      if (child + 1 < heap.length && (heap[child + 1] as number) > (heap[child] as number)) {
        child += 1;
      }
      if ((heap[child] as number) <= value) {
        break;
      }
      heap[at] = heap[child] as number;
      at = child;
    }
    heap[at] = value;
  }
}

/**
 * Belady's clairvoyant policy ("A study of replacement algorithms for a virtual-storage computer", IBM Systems Journal
 * 1966) over a cache of `capacity` entries: whoever is asked for again last goes first. Give it the accesses in order,
 * each by the index of the next access to its key; it says which are hits. Exact where only entries count: no policy has
 * more hits. Takes memory for `capacity` numbers, whatever the length. Throws a RangeError unless the capacity is a whole
 * number from 1, and when an access lies in the past.
 */
export function beladyPolicy(capacity: number, { mayRefuse = true }: BeladyOptions = {}): (next: number) => boolean {
  if (!Number.isSafeInteger(capacity) || capacity < 1) {
    throw new RangeError(`capacity must be a whole number from 1, got ${capacity}`);
  }
  // A resident is known by the index of its next access; those that are not asked for again are only counted.
  const residents = new Set<number>();
  const farthest = new Farthest();
  const rebuildLength = 2 * capacity + 64;
  let idle = 0;
  let now = -1;

  const evictOne = () => {
    if (idle > 0) {
      idle -= 1;
    } else {
      // Past accesses lie at the other end of the order: the largest is a resident.
      residents.delete(farthest.pop());
    }
  };

  return (next) => {
    now += 1;
    if (!(next > now)) {
      throw new RangeError(`access ${now} names ${next} as the next one of its key, which is not later`);
    }
    const isHit = residents.delete(now);
    if (next === neverAgain) {
      if (!mayRefuse) {
        if (!isHit && residents.size + idle === capacity) {
          evictOne();
        }
        idle += 1;
      }
      return isHit;
    }
    if (!mayRefuse && !isHit && residents.size + idle === capacity) {
      evictOne();
    }
    residents.add(next);
    farthest.push(next);
    if (residents.size + idle > capacity) {
      evictOne();
    }
    if (farthest.length > rebuildLength) {
      farthest.keep((value) => residents.has(value));
    }
    return isHit;
  };
}

/** Hits of `beladyPolicy` over a whole sequence. */
export function beladyHits(next: ArrayLike<number>, capacity: number, options: BeladyOptions = {}): number {
  const access = beladyPolicy(capacity, options);
  let hits = 0;
  for (let index = 0; index < next.length; index += 1) {
    hits += access(next[index] as number) ? 1 : 0;
  }
  return hits;
}
