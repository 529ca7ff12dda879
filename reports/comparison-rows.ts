import type { MetricId } from '../harness/contract/metrics.ts';
import type { Comparison, Result, ResultVariant } from '../harness/contract/result.ts';
import { ratioInterval } from './answer.ts';
import { decides, found } from './findings.ts';
import { absent, count, figure, ratio } from './numbers.ts';
import type { Strings } from './strings.ts';
import { baselineOf, comparisonOf, variantGroups } from './variant-groups.ts';

export interface RatioCell {
  readonly text: string;
  /** Interval, and why the ratio is no finding where it is none. */
  readonly under: string;
  readonly found: boolean;
}

export interface ComparisonRow {
  readonly variant: string;
  /** Named where it is not the one of the scenario. */
  readonly baseline: string | undefined;
  readonly shards: string;
  readonly documents: string;
  readonly ratios: readonly RatioCell[];
  readonly figures: readonly string[];
}

const ratioMetrics = ['search-response-p95', 'cpu-seconds-per-1k'] as const satisfies readonly MetricId[];
const figureMetrics = [
  'highest-passed-rate',
  'recall-at-10',
  'ndcg-at-10',
  'fan-out',
  'shard-balance',
] as const satisfies readonly MetricId[];

/** The heads of the columns, in the order of the rows' fields. */
export function comparisonHeads(s: Strings): readonly string[] {
  const c = s.group.columns;
  return [s.variants.variant, c.shards, c.documents, c.p95, c.cpu, c.rung, c.recall, c.gain, c.fanOut, c.balance];
}

/** What the variants are compared for: one block of rows per group, the same figures in each. */
export function comparisonBlocks(result: Result, s: Strings): { readonly title: string; readonly rows: readonly ComparisonRow[] }[] {
  return variantGroups(result).map(({ id, shards, variants }) => ({
    title: s.group.name[id](shards),
    rows: variants.map((variant) => rowOf(result, variant, s)),
  }));
}

function rowOf(result: Result, variant: ResultVariant, s: Strings): ComparisonRow {
  const baseline = baselineOf(result, variant.id);
  const isBaseline =
    comparisonOf(result, variant.id, ratioMetrics[0]) === undefined && result.comparisons.some((each) => each.baseline === variant.id);
  return {
    variant: variant.id,
    baseline: baseline === result.baseline || baseline === variant.id ? undefined : baseline,
    shards: count(variant.topology.vector.shards),
    documents: variant.costs?.documents === undefined ? absent : count(variant.costs.documents),
    ratios: ratioMetrics.map((metric) => {
      const each = comparisonOf(result, variant.id, metric);
      return each === undefined ? { text: absent, under: isBaseline ? s.group.baseline : '', found: false } : cellOf(result, each, s);
    }),
    figures: figureMetrics.map((metric) => {
      const measured = variant.metrics[metric];
      return measured === undefined ? absent : figure(metric, measured.value).text;
    }),
  };
}

function cellOf(result: Result, comparison: Comparison, s: Strings): RatioCell {
  const why: Record<Comparison['verdict'], string | undefined> = {
    higher: undefined,
    lower: undefined,
    'no-difference-seen': s.group.same,
    undecided: s.group.open,
  };
  const reason = decides(result) ? why[comparison.verdict] : s.group.notDrawn;
  return {
    text: ratio(comparison.ratio),
    under: [ratioInterval(comparison), reason].filter((part) => part !== undefined).join(' · '),
    found: found(result, comparison),
  };
}
