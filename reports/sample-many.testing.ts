import type { MetricId } from '../harness/contract/metrics.ts';
import type { Comparison, Result, ResultVariant } from '../harness/contract/result.ts';
import type { Topology } from '../harness/contract/topology.ts';
import { interval95, passingResult, sampleVariant, sloOver } from './sample-result.testing.ts';

interface Shape {
  readonly id: string;
  readonly shards: number;
  readonly vector?: Topology['vector'];
  readonly hybrid?: true;
  readonly documents?: number;
  readonly baseline?: string;
  readonly ladder?: false;
}

const hashed = [2, 4, 6, 8].map((shards): Shape => ({ id: `router-hash-${shards}`, shards }));
const small = [1, 2, 3, 4, 6, 8].map(
  (shards): Shape => ({
    id: shards === 1 ? 'small-single' : `small-router-hash-${shards}`,
    shards,
    documents: 2_000,
    ...(shards > 1 && { baseline: 'small-single' }),
  }),
);

/** The eighteen variants of a wide comparison of shards: placements, numbers of shards, hybrid, a second corpus size. */
const shapes: readonly Shape[] = [
  { id: 'single', shards: 1 },
  { id: 'router-hash-3', shards: 3 },
  { id: 'router-range-3', shards: 3, vector: { shards: 3, sharding: 'range' }, ladder: false },
  { id: 'router-random-3', shards: 3, vector: { shards: 3, sharding: 'random' }, ladder: false },
  {
    id: 'router-consistent-hash-3',
    shards: 3,
    vector: { shards: 3, sharding: 'consistent-hash', virtualNodes: 150 },
    ladder: false,
  },
  { id: 'router-semantic-3', shards: 3, vector: { shards: 3, sharding: 'semantic', probes: 2 }, ladder: false },
  ...hashed,
  { id: 'single-hybrid', shards: 1, hybrid: true, ladder: false },
  { id: 'router-hash-3-hybrid', shards: 3, hybrid: true, baseline: 'single-hybrid', ladder: false },
  ...small,
];

function built(shape: Shape): ResultVariant {
  const { id, shards, documents = 10_000, hybrid, ladder } = shape;
  const scale = 3 + shards * 0.9 + (hybrid ? 1.5 : 0) - (documents < 10_000 ? 1.2 : 0);
  const variant = sampleVariant({ id, title: id, shards, scale, firstOrder: shards % 2, highestPassed: shards > 4 ? 100 : 200, failed: 0 });
  const [first] = variant.curves;
  return {
    ...variant,
    topology: { ...variant.topology, ...(shape.vector && { vector: shape.vector }), ...(hybrid && { retrieval: 'hybrid' }) },
    curves: [...variant.curves, ...(first ? [{ ...first, kind: 'upsert' as const }] : [])],
    metrics: {
      ...variant.metrics,
      'ndcg-at-10': { value: hybrid ? 0.73 : 0.63, unit: 'ratio', sampleCount: 1_200, window: 'steady state' },
    },
    runs: ladder === false ? variant.runs.filter(({ phase }) => phase === 'judged') : variant.runs,
    shards: Array.from({ length: shards }, (_, shard) => ({
      id: `vector-${shard + 1}`,
      points: Math.round(documents / shards) + shard * 7,
    })),
    ...(variant.costs && { costs: { ...variant.costs, documents } }),
  };
}

const metrics = ['search-response-mean', 'search-response-p50', 'search-response-p95', 'cpu-seconds-per-1k'] as const;

function ratioOf(variants: readonly ResultVariant[], { id, baseline = 'single' }: Shape, metric: MetricId): Comparison {
  const measuredOf = (name: string) => variants.find((each) => each.id === name)?.metrics[metric]?.value ?? Number.NaN;
  const ratio = measuredOf(id) / measuredOf(baseline);
  const pair = { metric, baseline, variant: id, resourceRule: 'equal-total', ratio, pairs: 6 } as const;
  if (id === 'router-range-3') {
    return { ...pair, ratio: 1.02, interval: interval95(0.96, 1.09), verdict: 'no-difference-seen', detectableEffect: 0.081 };
  }
  return id === 'router-random-3'
    ? { ...pair, interval: interval95(0.9, 3.1), verdict: 'undecided' }
    : { ...pair, interval: interval95(ratio * 0.94, ratio * 1.06), verdict: ratio > 1 ? 'higher' : 'lower' };
}

/** As many variants as the widest scenario measures, with ladder, intervals, three kinds of request and a goal that one is free of. */
export function manyResult(): Result {
  const result = passingResult();
  const variants = shapes.map(built);
  const baselines = new Set(['single', 'small-single']);
  const compared = shapes.filter(({ id }) => !baselines.has(id));
  const held = variants.filter(({ id }) => id !== 'router-semantic-3');
  const recall = sloOver('recall-at-10', 'ge', 0.95, held);
  return {
    ...result,
    variants,
    slos: [
      sloOver('search-response-p95', 'le', 26, variants),
      sloOver('search-response-p99', 'le', 100, variants),
      {
        ...recall,
        measuredOnly: [{ variant: 'router-semantic-3', observed: 0.931, sampleCount: 300, why: 'a search asks two of three shards' }],
      },
      sloOver('achieved-ratio', 'ge', 0.98, variants),
      sloOver('error-ratio', 'le', 0.001, variants),
    ],
    verdict: 'fail',
    comparisons: compared.flatMap((shape) => metrics.map((metric) => ratioOf(variants, shape, metric))),
  };
}
