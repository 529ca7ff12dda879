import { firstRequest } from './stack-distances.ts';

export interface ReuseBucket {
  /** The largest stack distance of the bucket, in distinct keys. */
  readonly upTo: number;
  /** Share of all requests. */
  readonly share: number;
}

export interface Reuse {
  /** Share of requests for a key that was not asked before: no policy can have it. */
  readonly firstShare: number;
  readonly medianDistance: number | undefined;
  /** By stack distance, in powers of two. */
  readonly buckets: readonly ReuseBucket[];
  /** Share of the repeats that come within so many seconds of the request before; absent without times. */
  readonly repeatsWithin: readonly { readonly seconds: number; readonly share: number }[] | undefined;
}

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
const horizons = [minute, 5 * minute, hour, 6 * hour, day, 7 * day] as const;

/**
 * After how many other keys, and after how long, keys are asked again. Distances of a sample of the keys are scaled by
 * 1 ÷ `sampleRate`. `keys` and `timeSeconds` run along `distances`.
 */
export function reuseOf(distances: Int32Array, sampleRate: number, keys: ArrayLike<number>, timeSeconds: Float64Array | undefined): Reuse {
  const total = distances.length;
  const perBucket: number[] = [];
  let first = 0;
  for (const distance of distances) {
    if (distance === firstRequest) {
      first += 1;
    } else {
      const bucket = Math.max(0, Math.ceil(Math.log2(distance / sampleRate)));
      perBucket[bucket] = (perBucket[bucket] ?? 0) + 1;
    }
  }
  const repeats = distances.filter((distance) => distance !== firstRequest).sort();
  const median = repeats[Math.floor((repeats.length - 1) / 2)];
  return {
    firstShare: first / total,
    medianDistance: median === undefined ? undefined : Math.round(median / sampleRate),
    buckets: Array.from(perBucket, (count, bucket) => ({ upTo: 2 ** bucket, share: (count ?? 0) / total })),
    repeatsWithin: timeSeconds && repeats.length > 0 ? repeatsWithin(keys, timeSeconds, repeats.length) : undefined,
  };
}

function repeatsWithin(keys: ArrayLike<number>, timeSeconds: Float64Array, repeats: number) {
  const lastSeconds = new Map<number, number>();
  const counts = horizons.map(() => 0);
  for (let index = 0; index < timeSeconds.length; index += 1) {
    const key = keys[index] ?? 0;
    const now = timeSeconds[index] ?? 0;
    const before = lastSeconds.get(key);
    lastSeconds.set(key, now);
    if (before !== undefined) {
      for (const [place, horizon] of horizons.entries()) {
        counts[place] = (counts[place] ?? 0) + (now - before <= horizon ? 1 : 0);
      }
    }
  }
  return horizons.map((seconds, place) => ({ seconds, share: (counts[place] ?? 0) / repeats }));
}
