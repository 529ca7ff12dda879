import { type Quota, type Tier, type Topology, vectorNodeCount } from '../contract/topology.ts';

/** q of the resource rule where the topology says nothing else: half a core. */
export const defaultVectorQuota: Quota = { cpus: 0.5, memoryMiB: 1024 };

/**
 * What a container of each tier may use where the topology says nothing else. Only the vector tier is under the resource
 * rule; the others have room enough not to be what a comparison of vector topologies measures.
 */
const tierQuotas: Record<Exclude<Tier, 'vector' | 'redis'>, Quota> = {
  gateway: { cpus: 0.5, memoryMiB: 512 },
  query: { cpus: 1, memoryMiB: 768 },
  indexer: { cpus: 0.5, memoryMiB: 768 },
  provider: { cpus: 0.5, memoryMiB: 512 },
  postgres: { cpus: 0.5, memoryMiB: 512 },
};

/** The kernel divides a period of 100 ms; Docker takes shares of a core down to a hundredth. */
const cpuStep = 0.001;

/**
 * What one vector node may use. Under `equal-total` the nodes share q, so that one node and k nodes cost the same; under
 * `equal-per-node` each has q, as when a fleet grows by machines of one size.
 */
export function vectorQuota({ vector, resourceRule, quota = defaultVectorQuota }: Topology): Quota {
  const nodes = vectorNodeCount(vector);
  if (resourceRule === 'equal-per-node') {
    return quota;
  }
  return { cpus: Math.floor(quota.cpus / nodes / cpuStep) * cpuStep, memoryMiB: Math.floor(quota.memoryMiB / nodes) };
}

/** Entries that Redis may keep where the topology says nothing else. */
const defaultCacheMemoryMiB = 128;

export function cacheMemoryMiB({ cache }: Topology): number {
  return cache?.maximumMemoryMiB ?? defaultCacheMemoryMiB;
}

/** Redis counts its entries; what fragments and what clients have in flight comes on top. */
function cacheQuota(topology: Topology): Quota {
  return { cpus: 0.5, memoryMiB: 2 * cacheMemoryMiB(topology) + 64 };
}

export function quotaOf(tier: Tier, topology: Topology): Quota {
  switch (tier) {
    case 'vector':
      return vectorQuota(topology);
    case 'redis':
      return cacheQuota(topology);
    default:
      return tierQuotas[tier];
  }
}
