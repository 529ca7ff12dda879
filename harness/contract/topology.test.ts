import { describe, expect, it } from 'vitest';
import { problemsIn } from './parse.ts';
import { type Topology, topologySchema } from './topology.ts';

const base: Omit<Topology, 'vector'> = {
  id: 'any',
  gateway: { replicas: 1 },
  query: { replicas: 1 },
  provider: { embeddings: 'instant', chat: 'instant' },
  resourceRule: 'equal-total',
};

describe('a router that makes no sense is refused by field and value', () => {
  it.each([
    [{ sharding: 'hash', shards: 3, probes: 2 }, 'vector.probes', 'probes is 2, but sharding is "hash": only "semantic" reads it'],
    [{ sharding: 'random', shards: 3, virtualNodes: 9 }, 'vector.virtualNodes', 'only "consistent-hash" reads it'],
    [{ sharding: 'semantic', shards: 3, expectedDocuments: 9 }, 'vector.expectedDocuments', 'only "range" reads it'],
    [{ sharding: 'semantic', shards: 1 }, 'vector.shards', 'shards is 1, and "semantic" has to choose between at least 2'],
    [{ sharding: 'semantic', shards: 3, probes: 4 }, 'vector.probes', 'probes is 4, but shards is 3'],
    [
      { sharding: 'range', shards: 3, expectedDocuments: 2 },
      'vector.expectedDocuments',
      'expectedDocuments is 2, which leaves some of 3 shards without a range',
    ],
    [{ sharding: 'hash', shards: 0 }, 'vector.shards', 'received 0'],
    [{ sharding: 'hash', shards: 65 }, 'vector.shards', 'received 65'],
    [{ sharding: 'hash', shards: 2.5 }, 'vector.shards', 'received 2.5'],
  ])('%j', (vector, path, message) => {
    const problems = problemsIn(topologySchema, { ...base, vector });
    expect(problems.map((problem) => problem.path)).toEqual([path]);
    expect(problems[0]?.message).toContain(message);
  });

  it('an unknown strategy', () => {
    const [problem] = problemsIn(topologySchema, { ...base, vector: { sharding: 'consistent-hsah', shards: 3 } });
    expect(problem?.path).toContain('vector');
  });
});

it.each([
  [{ limits: { requestsPerMinute: 0 } }, 'provider.limits.requestsPerMinute'],
  [{ limits: { tokensPerMinute: Number.NaN } }, 'provider.limits.tokensPerMinute'],
  [{ limits: { requestsPerHour: 5 } }, 'provider.limits'],
  [{ faults: { cutStreamShare: -0.5 } }, 'provider.faults.cutStreamShare'],
  [{ faults: { cutStreamShare: 0.6, stalledStreamShare: 0.6 } }, 'provider.faults'],
  [{ faults: { quotaRequests: -1 } }, 'provider.faults.quotaRequests'],
  [{ slowdown: 0.5 }, 'provider.slowdown'],
])('a provider that makes no sense is refused by its field: %j', (more, path) => {
  const provider = { ...base.provider, ...more };
  const problems = problemsIn(topologySchema, { ...base, vector: { sharding: 'hash', shards: 1 }, provider });
  expect(problems.length).toBe(1);
  expect(problems[0]?.path).toContain(path);
});

describe('a cache that makes no sense is refused by field and value', () => {
  it.each([
    [{}, 'cache', 'keeps neither answers nor sessions'],
    [{ sessions: false }, 'cache', 'keeps neither answers nor sessions'],
    [{ answers: { ttlSeconds: 0, expiry: 'absolute' } }, 'cache.answers.ttlSeconds', 'received 0'],
    [{ answers: { ttlSeconds: 60, expiry: 'never' } }, 'cache.answers.expiry', 'absolute'],
    [{ sessions: true, maximumMemoryMiB: 1 }, 'cache.maximumMemoryMiB', 'received 1'],
    [{ sessions: true, size: 1 }, 'cache.size', 'unknown'],
  ])('%j', (cache, path, message) => {
    const problems = problemsIn(topologySchema, { ...base, vector: { sharding: 'hash', shards: 1 }, cache });
    expect(problems.map((problem) => problem.path)).toEqual([path]);
    expect(problems[0]?.message).toContain(message);
  });
});

it.each([
  { sharding: 'range', shards: 3 },
  { sharding: 'range', shards: 3, expectedDocuments: 3 },
  { sharding: 'random', shards: 2 },
  { sharding: 'consistent-hash', shards: 8, virtualNodes: 150 },
  { sharding: 'semantic', shards: 2, probes: 2 },
])('accepts %j', (vector) => {
  expect(problemsIn(topologySchema, { ...base, vector })).toEqual([]);
});
