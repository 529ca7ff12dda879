import type { CachePolicy } from '../../../system/policies/caching/policy.ts';
import { missSlope } from './slope.ts';
import type { Trace } from './trace.ts';

/** What a cache did not have, in four units; those that the trace does not tell stay 0. */
export interface Misses {
  readonly requests: number;
  readonly bytes: number;
  readonly tokens: number;
  readonly seconds: number;
  /** See `missSlope`; matters for a sample only. */
  readonly slope: number;
}

/**
 * Asks the cache for every request of the trace and offers what it did not have, as a look-aside cache does. `setClock`
 * is told the time of each request before the cache is asked. What a miss costs is the provider's tokens, its seconds
 * where there are no tokens, or 1.
 */
export function replay(trace: Trace, cache: CachePolicy<number>, setClock?: (seconds: number) => void): Misses {
  const { key: keys, requests, timeSeconds, sizeBytes, tokens, seconds } = trace;
  const costs = tokens ?? seconds;
  const perKey = trace.sampleRate < 1 ? new Uint32Array(trace.keys) : undefined;
  let missed = 0;
  let bytes = 0;
  let missedTokens = 0;
  let missedSeconds = 0;
  for (let index = 0; index < requests; index += 1) {
    const key = keys[index] ?? 0;
    if (setClock !== undefined && timeSeconds !== undefined) {
      setClock(timeSeconds[index] ?? 0);
    }
    if (!cache.get(key)) {
      const size = sizeBytes === undefined ? 1 : (sizeBytes[index] ?? 1);
      missed += 1;
      if (perKey !== undefined) {
        perKey[key] = (perKey[key] ?? 0) + 1;
      }
      bytes += size;
      missedTokens += tokens === undefined ? 0 : (tokens[index] ?? 0);
      missedSeconds += seconds === undefined ? 0 : (seconds[index] ?? 0);
      cache.set(key, size, costs === undefined ? 1 : (costs[index] ?? 1));
    }
  }
  return {
    requests: missed,
    bytes: sizeBytes === undefined ? 0 : bytes,
    tokens: missedTokens,
    seconds: missedSeconds,
    slope: perKey === undefined ? 0 : missSlope(trace, perKey),
  };
}
