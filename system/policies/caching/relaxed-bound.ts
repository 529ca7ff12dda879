import { neverAgain } from './belady.ts';

export interface RelaxedBoundParts {
  /** For every access the index of the next one to the same key, or `neverAgain`, as `nextAccesses` gives them. */
  readonly next: ArrayLike<number>;
  /** Size of what each access stores, in bytes. */
  readonly sizesBytes: ArrayLike<number>;
  readonly maximumBytes: number;
  /** What a hit at an access saves: 1 for hits, the size for bytes, the cost of a miss for costs. 1 when left out. */
  readonly worths?: ArrayLike<number>;
}

/**
 * No policy over `maximumBytes` saves more than this: the highest sum of the worths of hits, a relaxation that real
 * caches do not reach (PFOO-L of Berger, Beckmann and Harchol-Balter, "Practical bounds on optimal caching with variable
 * object sizes", SIGMETRICS 2018). Optimal caching with sizes is NP-hard; here the space is limited only on average over
 * time: keeping an item from one access to its next takes its size times that many accesses out of `maximumBytes` times
 * all accesses, the best worth for that is kept first, and the last item counts in part. Throws a RangeError unless the
 * arrays are of one length and `maximumBytes` is positive.
 */
export function relaxedBound({ next, sizesBytes, maximumBytes, worths }: RelaxedBoundParts): number {
  const accesses = next.length;
  if (sizesBytes.length !== accesses || (worths !== undefined && worths.length !== accesses)) {
    throw new RangeError(`${accesses} accesses need as many sizes and worths, got ${sizesBytes.length} and ${worths?.length ?? 'none'}`);
  }
  if (!(maximumBytes > 0)) {
    throw new RangeError(`maximumBytes must be positive, got ${maximumBytes}`);
  }
  const room = (index: number) => (sizesBytes[index] as number) * ((next[index] as number) - index);
  // The hit is at the next access, and so is what it saves.
  const worth = (index: number) => (worths === undefined ? 1 : (worths[next[index] as number] as number));
  const kept: number[] = [];
  for (let index = 0; index < accesses; index += 1) {
    if (next[index] !== neverAgain && (sizesBytes[index] as number) <= maximumBytes && worth(index) > 0) {
      kept.push(index);
    }
  }
  const price = new Float64Array(accesses);
  for (const index of kept) {
    price[index] = room(index) / worth(index);
  }
  kept.sort((left, right) => (price[left] as number) - (price[right] as number));
  let left = maximumBytes * accesses;
  let saved = 0;
  for (const index of kept) {
    const needed = room(index);
    if (needed > left) {
      return saved + (worth(index) * left) / needed;
    }
    left -= needed;
    saved += worth(index);
  }
  return saved;
}
