import type { CacheReplayPoint } from '../../contract/cache-replay.ts';
import type { Interval } from '../../contract/common.ts';
import type { Misses } from './replay.ts';
import { subsampleCount, type Trace } from './trace.ts';

export type Ratios = Omit<CacheReplayPoint, 'size' | 'interval'>;

/** Two-sided 95 % of Student's t with seven degrees of freedom. */
const t7 = 2.365;
const confidence = 0.95;

const shareOf = (part: number, whole: number): number => Math.min(1, Math.max(0, part / whole));

const sumOf = (column: Float64Array): number => column.reduce((sum, each) => sum + each, 0);

/**
 * Misses of a replay as shares of what the whole trace asked. A sample holds by chance more or fewer requests than its rate
 * lets one expect, and what the slope says of that difference is taken out (a regression estimator over the keys; its
 * special case of slope 0 is SHARDS-adj of the paper).
 */
export function ratiosOf(misses: Misses, trace: Trace): Ratios {
  const { totals, sampleRate, requests, sizeBytes, tokens, seconds } = trace;
  const shareIn = (missed: number, held: number, total: number) =>
    shareOf(missed + misses.slope * (total * sampleRate - held), total * sampleRate);
  return {
    missRatio: shareIn(misses.requests, requests, totals.requests),
    ...(sizeBytes !== undefined && { byteMissRatio: shareIn(misses.bytes, sumOf(sizeBytes), totals.bytes) }),
    ...(tokens !== undefined && totals.tokens > 0 && { tokenMissRatio: shareIn(misses.tokens, sumOf(tokens), totals.tokens) }),
    ...(seconds !== undefined && totals.seconds > 0 && { secondsMissRatio: shareIn(misses.seconds, sumOf(seconds), totals.seconds) }),
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

/** How far 95 % of estimates lie from the mean at most, from the same estimate over the disjoint subsamples. */
function halfWidth(subsamples: readonly number[]): number {
  const mean = subsamples.reduce((sum, each) => sum + each, 0) / subsamples.length;
  const variance = subsamples.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (subsamples.length - 1);
  return t7 * Math.sqrt(variance / subsamples.length);
}

/** 95 % around a ratio. */
export function intervalAround(estimate: number, subsamples: readonly number[]): Interval {
  const half = halfWidth(subsamples);
  return { low: Math.max(0, estimate - half), high: Math.min(1, estimate + half), confidence };
}

/**
 * 95 % around the difference of two ratios over the same subsamples: what moves both alike is no doubt about which is
 * smaller.
 */
export function differenceInterval(estimate: number, subsamples: readonly number[], others: readonly number[]): Interval {
  const half = halfWidth(subsamples.map((each, place) => each - (others[place] ?? 0)));
  return { low: estimate - half, high: estimate + half, confidence };
}
