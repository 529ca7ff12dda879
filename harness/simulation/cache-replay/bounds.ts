import { beladyPolicy, nextAccesses, survivingAccesses } from '../../../system/policies/caching/belady.ts';
import { relaxedBound } from '../../../system/policies/caching/relaxed-bound.ts';
import type { Misses } from './replay.ts';
import type { CacheLimit } from './sizes.ts';
import { missSlope } from './slope.ts';
import type { Trace } from './trace.ts';

/** What no policy can beat, with the sentence that says under which conditions. */
export interface Bound {
  readonly id: string;
  readonly title: string;
  /** True where some clairvoyant policy reaches it; false for a relaxation, which may lie below what can be reached. */
  readonly exact: boolean;
  readonly note: string;
  misses(part: Trace, size: number): Misses;
}

export interface BoundConditions {
  readonly limit: CacheLimit;
  /** The longest that any key may live without being asked for; absent where keys do not expire. */
  readonly longestLifetimeSeconds: number | undefined;
}

/** Next accesses cost a pass over the trace and are the same at every size. */
function nextOf({ longestLifetimeSeconds }: BoundConditions): (part: Trace) => Float64Array {
  const known = new WeakMap<Trace, Float64Array>();
  return (part) => {
    const before = known.get(part);
    if (before !== undefined) {
      return before;
    }
    const every = nextAccesses(Array.from(part.key));
    const { timeSeconds } = part;
    const next =
      longestLifetimeSeconds === undefined || timeSeconds === undefined
        ? every
        : survivingAccesses(every, (from, to) => (timeSeconds[to] ?? 0) - (timeSeconds[from] ?? 0) < longestLifetimeSeconds);
    known.set(part, next);
    return next;
  };
}

/** Requests that Belady's policy misses, and the slope that makes a sample's estimate comparable with those of the policies. */
function beladyMisses(part: Trace, next: Float64Array, size: number): Pick<Misses, 'requests' | 'slope'> {
  const hits = beladyPolicy(size);
  const perKey = new Uint32Array(part.keys);
  let requests = 0;
  for (let index = 0; index < next.length; index += 1) {
    if (!hits(next[index] ?? Number.POSITIVE_INFINITY)) {
      const key = part.key[index] ?? 0;
      perKey[key] = (perKey[key] ?? 0) + 1;
      requests += 1;
    }
  }
  return { requests, slope: missSlope(part, perKey) };
}

/** The relaxation tells no misses by key; any slope is unbiased, and this one is that of an average key. */
function relaxedMisses(part: Trace, saved: number): Pick<Misses, 'requests' | 'slope'> {
  const requests = part.requests - saved;
  return { requests, slope: requests / part.requests };
}

const sumOf = (column: Float64Array | undefined): number => column?.reduce((sum, each) => sum + each, 0) ?? 0;

/**
 * The bounds for a limit: Belady's clairvoyant policy where entries count, and the relaxation PFOO-L where sizes differ.
 * Misses weighted by bytes or by cost are bounded by the relaxation in either case, because Belady minimises requests.
 */
export function boundsOf(conditions: BoundConditions): Bound[] {
  const next = nextOf(conditions);
  const byEntries = conditions.limit === 'entries';
  const expires = conditions.longestLifetimeSeconds !== undefined;
  const misses = (part: Trace, size: number): Misses => {
    const ones = new Float64Array(part.requests).fill(1);
    const sizesBytes = byEntries ? ones : (part.sizeBytes ?? ones);
    const saved = (worths?: Float64Array) =>
      relaxedBound({ next: next(part), sizesBytes, maximumBytes: size, ...(worths !== undefined && { worths }) });
    const missed = (worths: Float64Array | undefined) => (worths === undefined ? 0 : Math.max(0, sumOf(worths) - saved(worths)));
    return {
      ...(byEntries ? beladyMisses(part, next(part), size) : relaxedMisses(part, saved())),
      bytes: missed(part.sizeBytes),
      tokens: missed(part.tokens),
      seconds: missed(part.seconds),
    };
  };
  const mortality = expires ? ' Hits that the longest lifetime rules out are left out, which makes it a relaxation.' : '';
  return byEntries
    ? [
        {
          id: 'belady',
          title: expires ? 'Belady, relaxed' : 'Belady',
          exact: !expires,
          note: `Belady's clairvoyant policy with the right to refuse a key: no policy misses fewer requests. Weighted by bytes or cost, the bound is the relaxation PFOO-L, which may lie below what can be reached.${mortality}`,
          misses,
        },
      ]
    : [
        {
          id: 'pfoo-l',
          title: 'PFOO-L',
          exact: false,
          note: `Where sizes differ, the best possible is not known (NP-hard). This is the relaxation PFOO-L, which limits space on average over time only: no policy misses less, and what can be reached lies above it.${mortality}`,
          misses,
        },
      ];
}
