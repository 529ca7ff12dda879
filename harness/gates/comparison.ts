import type { ResourceRule } from '../contract/common.ts';
import type { MetricId } from '../contract/metrics.ts';
import type { Comparison } from '../contract/result.ts';
import { hodgesLehmann } from './hodges-lehmann.ts';

/** The values of one metric in one repetition of both sides. */
export interface Pair {
  readonly baseline: number;
  readonly variant: number;
}

export interface ComparisonRequest {
  readonly metric: MetricId;
  readonly baseline: string;
  readonly variant: string;
  readonly resourceRule: ResourceRule;
  readonly pairs: readonly Pair[];
}

/**
 * Ratio variant ÷ baseline over interleaved repetitions. Without an exact 95 % interval (fewer than six pairs) the
 * verdict is `undecided`; an interval that contains 1 is `no-difference-seen`, with the change it would have shown.
 * Pairs with a value that is not above 0 have no ratio and are left out; without any pair there is no comparison.
 */
export function compare({ metric, baseline, variant, resourceRule, pairs }: ComparisonRequest): Comparison | undefined {
  const logs = pairs.filter((pair) => pair.baseline > 0 && pair.variant > 0).map((pair) => Math.log(pair.variant / pair.baseline));
  if (logs.length === 0) {
    return undefined;
  }
  const { estimate, interval } = hodgesLehmann(logs);
  const common = { metric, baseline, variant, resourceRule, ratio: Math.exp(estimate), pairs: logs.length };
  if (interval === undefined) {
    return { ...common, verdict: 'undecided' };
  }
  const ratioInterval = { low: Math.exp(interval.low), high: Math.exp(interval.high), confidence: interval.confidence };
  if (interval.low > 0) {
    return { ...common, interval: ratioInterval, verdict: 'higher' };
  }
  if (interval.high < 0) {
    return { ...common, interval: ratioInterval, verdict: 'lower' };
  }
  // A true effect larger than the interval is wide would have pushed it off 1.
  return { ...common, interval: ratioInterval, verdict: 'no-difference-seen', detectableEffect: Math.expm1(interval.high - interval.low) };
}
