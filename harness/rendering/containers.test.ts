import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { queryEnvironmentSchema } from '../../system/api/environment.ts';
import { type Topology, topologySchema, vectorNodeCount } from '../contract/topology.ts';
import { containerParts } from './containers.ts';

const base: Topology = {
  id: 'any',
  gateway: { replicas: 1 },
  query: { replicas: 1 },
  provider: { embeddings: 'instant', chat: 'instant' },
  vector: { shards: 1, sharding: 'hash' },
  resourceRule: 'equal-total',
};

function partsOf(topology: Topology) {
  return containerParts({
    wiring: { topology, dimensions: 64, conceptCount: 16, conceptSeed: 1, internalToken: 'x'.repeat(32) },
    databasePassword: 'secret-of-the-database',
    apiKeys: '[]',
    hostOf: (id) => `any-${id}`,
  });
}

const vector = fc.oneof(
  fc.record({ sharding: fc.constant('hash' as const), shards: fc.integer({ min: 1, max: 8 }) }),
  fc
    .record({ shards: fc.integer({ min: 1, max: 8 }), nodes: fc.integer({ min: 1, max: 5 }), replicas: fc.integer({ min: 1, max: 5 }) })
    .map(({ shards, nodes, replicas }) => ({
      sharding: 'qdrant-cluster' as const,
      shards,
      nodes,
      replicationFactor: Math.min(nodes, replicas),
      writeConsistencyFactor: 1,
    })),
);
const topologies = fc
  .record({
    vector,
    gateways: fc.integer({ min: 1, max: 3 }),
    queries: fc.integer({ min: 1, max: 4 }),
    resourceRule: fc.constantFrom('equal-total' as const, 'equal-per-node' as const),
    cached: fc.boolean(),
  })
  .map(({ vector: tier, gateways, queries, resourceRule, cached }) =>
    topologySchema.parse({
      ...base,
      vector: tier,
      gateway: { replicas: gateways },
      query: { replicas: queries },
      resourceRule,
      ...(cached ? { cache: { sessions: true } } : {}),
    }),
  );

describe('containerParts', () => {
  it('names every part once and lets it wait only for earlier ones', () => {
    fc.assert(
      fc.property(topologies, (topology) => {
        const earlier = new Set<string>();
        for (const { id, after } of partsOf(topology)) {
          expect(after.filter((other) => !earlier.has(other))).toEqual([]);
          expect(earlier.has(id)).toBe(false);
          earlier.add(id);
        }
        const fixed = topology.cache === undefined ? 3 : 4;
        expect(earlier.size).toBe(fixed + topology.gateway.replicas + topology.query.replicas + vectorNodeCount(topology.vector));
      }),
    );
  });

  it('divides q among the vector nodes, or gives it to each, as the rule says', () => {
    fc.assert(
      fc.property(topologies, (topology) => {
        const nodes = partsOf(topology).filter(({ tier }) => tier === 'vector');
        const cpus = nodes.reduce((sum, { quota }) => sum + quota.cpus, 0);
        if (topology.resourceRule === 'equal-per-node') {
          expect(cpus).toBeCloseTo(0.5 * nodes.length, 9);
        } else {
          // Rounded down to thousandths of a core: never more than the single node has.
          expect(cpus).toBeLessThanOrEqual(0.5);
          expect(cpus).toBeGreaterThan(0.5 - 0.001 * nodes.length - 1e-9);
        }
      }),
    );
  });

  it('tells the query every vector node, in the order of the shards', () => {
    const query = partsOf({ ...base, vector: { shards: 3, sharding: 'hash' } }).find(({ tier }) => tier === 'query');
    expect(queryEnvironmentSchema.parse(query?.environment)).toMatchObject({
      QDRANT_URLS: [0, 1, 2].map((shard) => `http://any-vector-${shard}:6333`),
      HOST: '0.0.0.0',
    });
  });

  it('founds a cluster with the first peer and lets the others join it', () => {
    const cluster = { sharding: 'qdrant-cluster' as const, shards: 6, nodes: 3, replicationFactor: 2, writeConsistencyFactor: 1 };
    const parts = partsOf({ ...base, vector: cluster });
    const nodes = parts.filter(({ tier }) => tier === 'vector');
    expect(nodes.map(({ command, after }) => ({ command, after }))).toEqual([
      { command: ['./qdrant', '--uri', 'http://any-vector-0:6335'], after: [] },
      ...[1, 2].map((peer) => ({
        command: ['./qdrant', '--bootstrap', 'http://any-vector-0:6335', '--uri', `http://any-vector-${peer}:6335`],
        after: ['vector-0'],
      })),
    ]);
    expect(nodes.every(({ environment }) => environment.QDRANT__CLUSTER__ENABLED === 'true')).toBe(true);
    expect(queryEnvironmentSchema.parse(parts.find(({ tier }) => tier === 'query')?.environment)).toMatchObject({
      SHARDING_STRATEGY: 'qdrant-cluster',
      CLUSTER_SHARD_NUMBER: 6,
      CLUSTER_REPLICATION_FACTOR: 2,
      CLUSTER_WRITE_CONSISTENCY_FACTOR: 1,
    });
  });

  it('starts one bounded Redis for all query processes where the topology has a cache', () => {
    const cache = { sessions: true, maximumMemoryMiB: 32 };
    const parts = partsOf({ ...base, query: { replicas: 2 }, cache });
    expect(parts.filter(({ tier }) => tier === 'redis')).toMatchObject([
      {
        id: 'redis',
        image: 'redis',
        command: ['redis-server', '--maxmemory', '32mb', '--maxmemory-policy', 'allkeys-lru', '--save', '', '--appendonly', 'no'],
        quota: { memoryMiB: 128 },
      },
    ]);
    for (const query of parts.filter(({ tier }) => tier === 'query')) {
      expect(query.after).toContain('redis');
      expect(queryEnvironmentSchema.parse(query.environment)).toMatchObject({ REDIS_URL: 'redis://any-redis:6379', SESSIONS: true });
    }
    expect(partsOf(base).some(({ tier }) => tier === 'redis')).toBe(false);
  });

  it('tells a query process how much heap it may fill and how many connections it has, and nobody else', () => {
    const parts = partsOf({ ...base, query: { replicas: 1, heapMiB: 192, vectorConnections: 4 } });
    const query = parts.find(({ tier }) => tier === 'query');
    expect(query?.command).toEqual(['node', '--max-old-space-size=192', 'system/query/main.ts']);
    expect(queryEnvironmentSchema.parse(query?.environment)).toMatchObject({ VECTOR_CONNECTIONS: 4 });
    const rest = JSON.stringify(parts.filter(({ tier }) => tier !== 'query'));
    expect(rest).not.toMatch(/max-old-space-size|VECTOR_CONNECTIONS/);
    expect(JSON.stringify(partsOf(base))).not.toMatch(/max-old-space-size|VECTOR_CONNECTIONS/);
  });

  it('keeps the password of the database from whoever does not need it', () => {
    const knowing = partsOf(base).filter((part) => JSON.stringify(part).includes('secret-of-the-database'));
    expect(knowing.map(({ tier }) => tier).sort()).toEqual(['indexer', 'postgres', 'query']);
  });
});

it.each([
  [{ replicationFactor: 4, writeConsistencyFactor: 1 }, '4 replicas need as many nodes, there are 3'],
  [{ replicationFactor: 2, writeConsistencyFactor: 3 }, 'a write cannot be confirmed by 3 of 2 replicas'],
])('refuses a cluster that cannot be: %j', (factors, message) => {
  const parsed = topologySchema.safeParse({ ...base, vector: { sharding: 'qdrant-cluster', shards: 3, nodes: 3, ...factors } });
  expect(parsed.error?.issues.map((issue) => issue.message)).toEqual([message]);
});
