import { describe, expect, it } from 'vitest';
import { manyResult } from './sample-many.testing.ts';
import { passingResult } from './sample-result.testing.ts';
import { variantGroups } from './variant-groups.ts';

const named = (result: Parameters<typeof variantGroups>[0]) =>
  Object.fromEntries(variantGroups(result).map(({ id, variants }) => [id, variants.map((variant) => variant.id)]));

describe('what variants are compared for', () => {
  it('is read off their topologies and sizes', () => {
    expect(named(manyResult())).toEqual({
      placement: ['router-hash-3', 'router-range-3', 'router-random-3', 'router-consistent-hash-3', 'router-semantic-3'],
      shards: ['single', 'router-hash-2', 'router-hash-3', 'router-hash-4', 'router-hash-6', 'router-hash-8'],
      corpus: [
        'small-single',
        'small-router-hash-2',
        'small-router-hash-3',
        'small-router-hash-4',
        'small-router-hash-6',
        'small-router-hash-8',
      ],
      retrieval: ['single-hybrid', 'router-hash-3-hybrid'],
    });
    expect(variantGroups(manyResult())[0]?.shards).toBe(3);
  });

  it('puts every variant but the baseline into a group, whatever tells it from the baseline', () => {
    const result = manyResult();
    const [, perNode, cluster, wider] = result.variants;
    if (perNode && cluster && wider) {
      perNode.resourceRule = 'equal-per-node';
      cluster.topology = {
        ...cluster.topology,
        vector: { sharding: 'qdrant-cluster', shards: 3, nodes: 3, replicationFactor: 1, writeConsistencyFactor: 1 },
      };
      wider.topology = { ...wider.topology, gateway: { replicas: 2 } };
    }
    const groups = named(result);
    expect(groups.deployment).toEqual([perNode?.id, cluster?.id]);
    expect(groups.other).toEqual([wider?.id]);
    const grouped = new Set(Object.values(groups).flat());
    expect(result.variants.filter(({ id }) => !grouped.has(id))).toEqual([]);
  });

  it('has no group of the baseline alone, and none at all where it was not measured', () => {
    const result = passingResult();
    const [single] = result.variants;
    expect(variantGroups({ ...result, variants: single ? [single] : [] })).toEqual([]);
    expect(variantGroups({ ...result, baseline: 'gone' })).toEqual([]);
  });
});
