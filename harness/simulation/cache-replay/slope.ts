import { requestsPerKey } from '../../measurement/workload/requests-per-key.ts';
import type { Trace } from './trace.ts';

/** Requests per key of a trace, counted once. */
const known = new WeakMap<Trace, Uint32Array>();

function countsOf(trace: Trace): Uint32Array {
  const counts = known.get(trace) ?? requestsPerKey(trace.key, trace.keys);
  known.set(trace, counts);
  return counts;
}

/** Σ over the keys of (requests × requests). */
export function squaredRequests(trace: Trace): number {
  return countsOf(trace).reduce((sum, count) => sum + count * count, 0);
}

/** Requests that the key of each access has in all. */
export function requestsOfKey(trace: Trace): (key: number) => number {
  const counts = countsOf(trace);
  return (key) => counts[key] ?? 0;
}

/**
 * How many misses a request too many or too few in the sample stands for: the regression of misses on requests over the
 * sampled keys. Near 0 where hot keys, which hit, make the difference; near 1 where keys that are asked once do.
 */
export function missSlope(trace: Trace, missesPerKey: Uint32Array): number {
  const counts = countsOf(trace);
  let products = 0;
  for (let key = 0; key < counts.length; key += 1) {
    products += (counts[key] ?? 0) * (missesPerKey[key] ?? 0);
  }
  return products / squaredRequests(trace);
}
