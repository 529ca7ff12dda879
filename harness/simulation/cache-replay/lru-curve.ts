import type { CacheReplay } from '../../contract/cache-replay.ts';
import { stackDistances } from '../../measurement/workload/stack-distances.ts';
import { intervalAround, leastSize } from './ratios.ts';
import type { Trace } from './trace.ts';

type Curve = NonNullable<CacheReplay['lruCurve']>;
const maximumPoints = 160;

/** Misses of LRU at each of the ascending sizes, from the stack distances of the trace or of its sample. */
function missRatios(distances: Int32Array, { sampleRate, totals }: Trace, sizes: readonly number[]): number[] {
  const found = distances.filter((distance) => distance > 0).sort();
  const expected = totals.requests * sampleRate;
  let hits = 0;
  return sizes.map((size) => {
    const reach = size * sampleRate;
    while (hits < found.length && (found[hits] ?? 0) <= reach) {
      hits += 1;
    }
    return Math.min(1, Math.max(0, (distances.length - hits) / expected));
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
