import type { MetricId } from '../harness/contract/metrics.ts';
import type { Comparison, Result, ResultVariant } from '../harness/contract/result.ts';
import type { Topology } from '../harness/contract/topology.ts';

/** What a group of variants is compared for. */
export type GroupId = 'placement' | 'shards' | 'corpus' | 'retrieval' | 'deployment' | 'other';

export interface VariantGroup {
  readonly id: GroupId;
  /** The number of shards at which placements are compared. */
  readonly shards: number | undefined;
  readonly variants: readonly ResultVariant[];
}

const order: readonly GroupId[] = ['placement', 'shards', 'corpus', 'retrieval', 'deployment', 'other'];

const documentsOf = ({ costs }: ResultVariant) => costs?.documents;
const retrievalOf = ({ retrieval = 'dense', rerank = false }: Topology) => `${retrieval} ${rerank}`;

/** Everything that neither places documents nor retrieves them nor sizes a node. */
function surroundings({
  id: _id,
  vector: _vector,
  retrieval: _retrieval,
  rerank: _rerank,
  resourceRule: _rule,
  ...rest
}: Topology): string {
  return JSON.stringify(rest, (_, value: unknown) =>
    typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

function groupOf(variant: ResultVariant, baseline: ResultVariant): Exclude<GroupId, 'placement'> | 'placed' {
  const [own, first] = [variant.topology, baseline.topology];
  if (surroundings(own) !== surroundings(first)) {
    return 'other';
  }
  if (own.vector.sharding === 'qdrant-cluster' || variant.resourceRule !== baseline.resourceRule) {
    return 'deployment';
  }
  if (documentsOf(variant) !== documentsOf(baseline)) {
    return 'corpus';
  }
  if (retrievalOf(own) !== retrievalOf(first)) {
    return 'retrieval';
  }
  return own.vector.sharding === 'hash' || own.vector.shards === 1 ? 'shards' : 'placed';
}

/**
 * The variants by what tells them from the baseline, in the order in which a reader asks. Placement holds the hashed variant of as
 * many shards too, because it is what the other placements are read against; it stands among the numbers of shards as well. A group
 * without anything to compare is left out, and so is a result whose baseline was not measured.
 */
export function variantGroups(result: Pick<Result, 'variants' | 'baseline'>): VariantGroup[] {
  const baseline = result.variants.find(({ id }) => id === result.baseline);
  // What was asked in different ways is compared by how it was asked, in the section of the load.
  const isLoad = result.variants.some(({ workload }) => workload?.closedLoop !== undefined);
  if (baseline === undefined || isLoad) {
    return [];
  }
  const classed = result.variants.map((variant) => ({ variant, group: groupOf(variant, baseline) }));
  const of = (...groups: readonly string[]) => classed.flatMap(({ variant, group }) => (groups.includes(group) ? [variant] : []));
  const placed = of('placed');
  const shards = placed[0]?.topology.vector.shards;
  const members: Record<GroupId, readonly ResultVariant[]> = {
    placement:
      placed.length === 0
        ? []
        : of('placed', 'shards').filter(({ topology }) => placed.some((each) => each.topology.vector.shards === topology.vector.shards)),
    shards: of('shards').toSorted((a, b) => a.topology.vector.shards - b.topology.vector.shards),
    corpus: of('corpus'),
    retrieval: of('retrieval'),
    deployment: of('deployment'),
    other: of('other'),
  };
  return order.flatMap((id) => {
    const variants = members[id];
    return variants.some((variant) => variant.id !== result.baseline)
      ? [
          {
            id,
            variants,
            shards: id === 'placement' && variants.every(({ topology }) => topology.vector.shards === shards) ? shards : undefined,
          },
        ]
      : [];
  });
}

/** The ratio of a variant to its baseline in one metric. */
export function comparisonOf(result: Pick<Result, 'comparisons'>, variant: string, metric: MetricId): Comparison | undefined {
  return result.comparisons.find((each) => each.variant === variant && each.metric === metric);
}

/** What a variant is divided by: its own baseline where it has one. */
export function baselineOf(result: Pick<Result, 'comparisons' | 'baseline'>, variant: string): string {
  return result.comparisons.find((each) => each.variant === variant)?.baseline ?? result.baseline;
}
