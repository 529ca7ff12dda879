import type { CacheReplayPoint } from '../../contract/cache-replay.ts';
import type { Interval } from '../../contract/common.ts';
import type { Misses } from './replay.ts';
import { subsampleCount, type Trace } from './trace.ts';

export type Ratios = Omit<CacheReplayPoint, 'size' | 'interval'>;

/** Two-sided 95 % of Student's t with seven degrees of freedom. */
const t7 = 2.365;
const confidence = 0.95;

const shareOf = (part: number, whole: number): number => Math.min(1, Math.max(0, part / whole));

/**
 * Misses of a replay as shares of what the whole trace asked. Of a sample the denominator is what the rate lets one
 * expect and not what was drawn, because the difference is a few hot keys, which hit (SHARDS-adj in the paper).
 */
export function ratiosOf(misses: Misses, trace: Trace): Ratios {
  const { totals, sampleRate, sizeBytes, tokens, seconds } = trace;
  return {
    missRatio: shareOf(misses.requests, totals.requests * sampleRate),
    ...(sizeBytes !== undefined && { byteMissRatio: shareOf(misses.bytes, totals.bytes * sampleRate) }),
    ...(tokens !== undefined && totals.tokens > 0 && { tokenMissRatio: shareOf(misses.tokens, totals.tokens * sampleRate) }),
    ...(seconds !== undefined && totals.seconds > 0 && { secondsMissRatio: shareOf(misses.seconds, totals.seconds * sampleRate) }),
  };
}

/** The cache that does to the sample what `size` does to the whole trace; at least 1. */
export function miniatureSize(size: number, sampleRate: number): number {
  return Math.max(1, Math.round(size * sampleRate));
}

/** A miniature cache below this many entries in a subsample is another cache, not a small one. */
const leastPerSubsample = 8;

/** The smallest number of entries that a sample of this rate can stand for. */
export function leastSize(sampleRate: number): number {
  return sampleRate === 1 ? 1 : Math.ceil((leastPerSubsample * subsampleCount) / sampleRate);
}

/** 95 % around an estimate, from the spread of the same estimate over the disjoint subsamples. */
export function intervalAround(estimate: number, subsamples: readonly number[]): Interval {
  const mean = subsamples.reduce((sum, each) => sum + each, 0) / subsamples.length;
  const variance = subsamples.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (subsamples.length - 1);
  const half = t7 * Math.sqrt(variance / subsamples.length);
  return { low: Math.max(0, estimate - half), high: Math.min(1, estimate + half), confidence };
}
