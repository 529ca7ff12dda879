import { describe, expect, it } from 'vitest';
import {
  cacheNodeEnvironmentSchema,
  gatewayEnvironmentSchema,
  providerEnvironmentSchema,
  queryEnvironmentSchema,
} from '../../system/api/environment.ts';
import { presetNames } from '../../system/provider/presets/index.ts';
import { rerankPresetNames } from '../../system/provider/rerank-timing.ts';
import { providerPresetSchema, rerankPresetSchema, type Topology } from '../contract/topology.ts';
import {
  cacheNodeEnvironment,
  gatewayEnvironment,
  indexerEnvironment,
  providerEnvironment,
  queryEnvironment,
  vectorNodeEnvironment,
} from './environment.ts';

const topology: Topology = {
  id: 'sharded',
  gateway: { replicas: 1 },
  query: { replicas: 2 },
  provider: { embeddings: 'instant', chat: 'gpt-4o-mini' },
  vector: { shards: 3, sharding: 'hash' },
  resourceRule: 'equal-total',
};
const wiring = { topology, dimensions: 64, conceptCount: 128, conceptSeed: 7, internalToken: 'x'.repeat(32) };
const url = (port: number) => `http://127.0.0.1:${port}`;
const at = (port: number) => ({ host: '127.0.0.1', port });
const addresses = {
  databaseUrl: 'postgresql://testbed:pw@127.0.0.1:5001/postgres',
  providerUrl: url(5002),
  vectorUrls: [5003, 5004, 5005].map(url),
};

describe('the rendered environments', () => {
  it('keep the order of the shards', () => {
    const { QDRANT_URLS } = queryEnvironmentSchema.parse(queryEnvironment(wiring, addresses, 'query-0', at(5006)));
    expect(QDRANT_URLS).toEqual(['http://127.0.0.1:5003', 'http://127.0.0.1:5004', 'http://127.0.0.1:5005']);
  });

  it('give every process of the index the same settings', () => {
    const { PORT: queryPort, ...query } = queryEnvironment(wiring, addresses, 'query-0', at(5006));
    const { PORT: indexerPort, ...indexer } = indexerEnvironment(wiring, addresses, at(5007));
    expect(indexer).toEqual(query);
    expect(queryPort).not.toBe(indexerPort);
    expect(query.EMBEDDING_DIM).toBe('64');
  });

  it('tell both sides of the index how documents are found, and the query tier alone to rerank', () => {
    const hybrid = { ...wiring, topology: { ...topology, retrieval: 'hybrid' as const, rerank: true } };
    const query = queryEnvironmentSchema.parse(queryEnvironment(hybrid, addresses, 'query-0', at(5006)));
    expect(query).toMatchObject({ RETRIEVAL: 'hybrid', RERANK: true });
    const indexer = indexerEnvironment(hybrid, addresses, at(5007));
    expect(indexer.RETRIEVAL).toBe('hybrid');
    expect(indexer).not.toHaveProperty('RERANK');
    expect(queryEnvironmentSchema.parse(queryEnvironment(wiring, addresses, 'query-0', at(5006)))).toMatchObject({
      RETRIEVAL: 'dense',
      RERANK: false,
    });
  });

  it('tell the provider its limits and faults, and nothing of those that a topology does not name', () => {
    const withProvider = (provider: Partial<Topology['provider']>) =>
      providerEnvironment({ ...wiring, topology: { ...topology, provider: { ...topology.provider, ...provider } } }, at(5002));
    const faults = { cutStreamShare: 0.1, stalledStreamShare: 0.2, malformedStreamShare: 0.3, failedStreamShare: 0.4 };
    const full = withProvider({
      limits: { requestsPerMinute: 60, tokensPerMinute: 90_000, headers: 'mixed' },
      faults: { ...faults, overloadedShare: 0.5, quotaRequests: 7 },
      slowdown: 8,
    });
    expect(providerEnvironmentSchema.parse(full)).toMatchObject({
      LIMIT_REQUESTS_PER_MINUTE: 60,
      LIMIT_TOKENS_PER_MINUTE: 90_000,
      LIMIT_HEADERS: 'mixed',
      FAULT_CUT_SHARE: 0.1,
      FAULT_STALLED_SHARE: 0.2,
      FAULT_MALFORMED_SHARE: 0.3,
      FAULT_ERROR_SHARE: 0.4,
      FAULT_OVERLOADED_SHARE: 0.5,
      QUOTA_REQUESTS: 7,
      TIME_SCALE: 0.125,
    });
    expect(Object.keys(withProvider({})).filter((name) => /LIMIT|FAULT|QUOTA|SCALE/.test(name))).toEqual([]);
    expect(() => withProvider({ faults: { ...faults, failedStreamShare: 0.5 } })).toThrow(/sum to 1.1/);
  });

  it('know every provider that a topology can name', () => {
    expect(providerPresetSchema.options).toEqual([...presetNames]);
  });

  it('tell the query tier alone what it keeps in Redis, and nobody where there is none', () => {
    const cache = { answers: { ttlSeconds: 60, expiry: 'sliding' as const }, sessions: true };
    const cached = { ...wiring, topology: { ...topology, cache } };
    const withCache = { ...addresses, cacheUrl: 'redis://:pw@127.0.0.1:5011' };
    expect(queryEnvironmentSchema.parse(queryEnvironment(cached, withCache, 'query-0', at(5006)))).toMatchObject({
      REDIS_URL: withCache.cacheUrl,
      SESSIONS: true,
      ANSWER_CACHE_TTL_SECONDS: 60,
      ANSWER_CACHE_EXPIRY: 'sliding',
    });
    expect(indexerEnvironment(cached, withCache, at(5007))).not.toHaveProperty('REDIS_URL');
    const without = queryEnvironment(wiring, addresses, 'query-0', at(5006));
    expect(Object.keys(without).filter((name) => /REDIS|SESSION|CACHE/.test(name))).toEqual([]);
    expect(() => queryEnvironment(cached, addresses, 'query-0', at(5006))).toThrow(/environment of query-0[\s\S]*REDIS_URL/);
    expect(cacheNodeEnvironmentSchema.parse(cacheNodeEnvironment(cached, 'pw', at(5011)))).toMatchObject({
      MAXMEMORY: 128 * 1024 * 1024,
      MAXMEMORY_POLICY: 'allkeys-lru',
      REQUIREPASS: 'pw',
      PORT: 5011,
    });
  });

  it('know the timing of every reranker that a topology can name', () => {
    expect(rerankPresetSchema.options).toEqual([...rerankPresetNames]);
    const provider = { ...topology.provider, rerank: 'cross-encoder' as const };
    expect(providerEnvironment({ ...wiring, topology: { ...topology, provider } }, at(5002)).RERANK_PRESET).toBe('cross-encoder');
  });

  it.each([
    [{ sharding: 'hash' as const, shards: 3 }, {}],
    [{ sharding: 'range' as const, shards: 3, expectedDocuments: 90 }, { EXPECTED_DOCUMENTS: '90' }],
    [{ sharding: 'random' as const, shards: 3 }, { PLACEMENT_SEED: '7' }],
    [{ sharding: 'consistent-hash' as const, shards: 3, virtualNodes: 150 }, { VIRTUAL_NODES: '150' }],
    [
      { sharding: 'semantic' as const, shards: 3, probes: 1 },
      { PROBES: '1', PLACEMENT_SEED: '7' },
    ],
  ])('tell a strategy what it reads and nothing else: %j', (vector, expected) => {
    const environment = indexerEnvironment({ ...wiring, topology: { ...topology, vector } }, addresses, at(5007));
    const names = ['EXPECTED_DOCUMENTS', 'VIRTUAL_NODES', 'PROBES', 'PLACEMENT_SEED'];
    expect(environment.SHARDING_STRATEGY).toBe(vector.sharding);
    expect(Object.fromEntries(Object.entries(environment).filter(([name]) => names.includes(name)))).toEqual(expected);
  });

  it('carry the presets and the concepts to the provider', () => {
    expect(providerEnvironmentSchema.parse(providerEnvironment(wiring, at(5002)))).toMatchObject({
      PORT: 5002,
      EMBEDDINGS_PRESET: 'instant',
      CHAT_PRESET: 'gpt-4o-mini',
      EMBEDDING_DIM: 64,
      CONCEPT_COUNT: 128,
      CONCEPT_SEED: 7,
    });
  });

  it('tell the gateway every query process', () => {
    const environment = gatewayEnvironment(
      wiring,
      { queryUrls: [5006, 5008].map(url), indexerUrl: url(5007), apiKeysFile: '/run/keys.json' },
      'gateway-0',
      at(5009),
    );
    expect(gatewayEnvironmentSchema.parse(environment)).toMatchObject({
      QUERY_URLS: ['http://127.0.0.1:5006', 'http://127.0.0.1:5008'],
      INDEXER_URL: 'http://127.0.0.1:5007',
      API_KEYS_FILE: '/run/keys.json',
      HOST: '127.0.0.1',
    });
  });

  it('keep a real Qdrant from calling home and from sharing its second port', () => {
    expect(vectorNodeEnvironment('vector-0', at(5003), '/run/storage', 5010)).toMatchObject({
      QDRANT__SERVICE__HOST: '127.0.0.1',
      QDRANT__SERVICE__HTTP_PORT: '5003',
      QDRANT__SERVICE__GRPC_PORT: '5010',
      QDRANT__TELEMETRY_DISABLED: 'true',
    });
    expect(vectorNodeEnvironment('vector-0', at(5003), '/run/storage')).not.toHaveProperty('QDRANT__SERVICE__GRPC_PORT');
  });

  it('are refused when a process would refuse them', () => {
    expect(() => queryEnvironment({ ...wiring, internalToken: 'short' }, addresses, 'query-0', at(5006))).toThrow(
      /environment of query-0[\s\S]*INTERNAL_TOKEN/,
    );
  });
});
