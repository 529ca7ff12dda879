import type { CacheReplay } from '../../contract/cache-replay.ts';
import { firstRequest, stackDistances } from '../../measurement/workload/stack-distances.ts';
import { intervalAround, leastSize } from './ratios.ts';
import { requestsOfKey, squaredRequests } from './slope.ts';
import type { Trace } from './trace.ts';

type Curve = NonNullable<CacheReplay['lruCurve']>;
const maximumPoints = 160;

/** Misses of LRU at each of the ascending sizes, from the stack distances of the trace or of its sample. */
function missRatios(distances: Int32Array, trace: Trace, sizes: readonly number[]): number[] {
  const { key, requests, sampleRate, totals } = trace;
  const byDistance = new Map<number, { hits: number; weight: number }>();
  const requestsOf = requestsOfKey(trace);
  for (let index = 0; index < distances.length; index += 1) {
    const distance = distances[index] ?? firstRequest;
    if (distance !== firstRequest) {
      const found = byDistance.get(distance) ?? { hits: 0, weight: 0 };
      found.hits += 1;
      found.weight += requestsOf(key[index] ?? 0);
      byDistance.set(distance, found);
    }
  }
  const ascending = [...byDistance].sort(([a], [b]) => a - b);
  const expected = totals.requests * sampleRate;
  const squares = squaredRequests(trace);
  let hits = 0;
  let weight = 0;
  let place = 0;
  return sizes.map((size) => {
    for (let next = ascending[place]; next !== undefined && next[0] <= size * sampleRate; next = ascending[place]) {
      hits += next[1].hits;
      weight += next[1].weight;
      place += 1;
    }
    // The slope of `missSlope`, by accesses: every hit takes the requests of its key out of the sum.
    const slope = (squares - weight) / squares;
    return Math.min(1, Math.max(0, (requests - hits + slope * (expected - requests)) / expected));
  });
}

/** Sizes spread evenly over the logarithm from the smallest that the sample can stand for to all keys. */
function curveSizes(least: number, most: number): number[] {
  const steps = maximumPoints - 1;
  const sizes = Array.from({ length: steps + 1 }, (_, step) => Math.round(least * (most / least) ** (step / steps)));
  return [...new Set(sizes)];
}

/**
 * The miss ratio of LRU at every size in one pass: exact where the trace is whole, and by SHARDS with 95 % intervals from
 * the disjoint subsamples where it is a sample. Holds for a limit by entries and keys that do not expire.
 */
export function lruCurve(trace: Trace, distances: Int32Array, subsamples: readonly Trace[]): Curve {
  const most = Math.round(trace.keys / trace.sampleRate);
  const least = leastSize(trace.sampleRate);
  const sizes = least >= most ? [most] : curveSizes(least, most);
  const whole = missRatios(distances, trace, sizes);
  const parts = subsamples.map((part) => missRatios(stackDistances(part.key, part.keys), part, sizes));
  return sizes.map((size, place) => ({
    size,
    missRatio: whole[place] ?? 1,
    ...(parts.length > 0 && {
      interval: intervalAround(
        whole[place] ?? 1,
        parts.map((part) => part[place] ?? 1),
      ),
    }),
  }));
}
