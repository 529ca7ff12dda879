import { pointIdOf } from '../../system/api/point.ts';
import { hashRing } from '../../system/policies/sharding/consistent-hash.ts';
import type { Result } from '../contract/result.ts';
import type { Scenario } from '../contract/scenario.ts';
import { maximumOverMean } from '../measurement/balance.ts';
import type { FillDocument } from './fill.ts';

/** From a ring that chance rules to one that nothing improves any more; the source's own preset is 150. */
const virtualNodeCounts = [1, 10, 50, 150, 500] as const;
const shardCounts = [3, 8] as const;

function pointsPerShard(pointIds: readonly string[], shards: number, virtualNodes: number): number[] {
  const counts = Array.from({ length: shards }, () => 0);
  const shardOf = hashRing([...counts.keys()], virtualNodes);
  for (const id of pointIds) {
    const shard = shardOf(id);
    counts[shard] = (counts[shard] ?? 0) + 1;
  }
  return counts;
}

/**
 * Where the ring of the system would put this corpus with fewer and more virtual nodes. It is the policy itself, replayed
 * over the ids of this run, so nothing has to be started for it. Undefined where the scenario has no ring.
 */
export function ringBalance({ variants }: Scenario, documents: readonly FillDocument[]): Result['ringBalance'] {
  if (documents.length === 0 || !variants.some(({ topology }) => topology.vector.sharding === 'consistent-hash')) {
    return undefined;
  }
  const ids = documents.map(({ tenant, document: { knowledge_base, doc_id } }) => pointIdOf({ tenant, knowledge_base, doc_id }));
  return virtualNodeCounts.flatMap((virtualNodes) =>
    shardCounts.map((shards) => ({
      virtualNodes,
      shards,
      documents: ids.length,
      maximumOverMean: maximumOverMean(pointsPerShard(ids, shards, virtualNodes)),
    })),
  );
}
