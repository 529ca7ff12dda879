import {
  cacheNodeEnvironmentSchema,
  gatewayEnvironmentSchema,
  indexerEnvironmentSchema,
  providerEnvironmentSchema,
  queryEnvironmentSchema,
  vectorNodeEnvironmentSchema,
} from '../../system/api/environment.ts';
import { parseOrFail } from '../contract/parse.ts';
import type { Topology } from '../contract/topology.ts';
import { providerBehaviour } from './provider-behaviour.ts';
import { cacheMemoryMiB } from './quotas.ts';

/** Variables by name, as a process is given them. */
export type Environment = Readonly<Record<string, string>>;

/** What all processes of one system share, wherever they run. */
export interface Wiring {
  readonly topology: Topology;
  readonly dimensions: number;
  readonly conceptCount: number;
  readonly conceptSeed: number;
  readonly internalToken: string;
}

/** Where a process listens. */
export interface Listening {
  readonly host: string;
  readonly port: number;
}

/** Where the tiers behind the query tier are found. */
export interface IndexAddresses {
  readonly databaseUrl: string;
  readonly providerUrl: string;
  /** In the order of the shard numbers. */
  readonly vectorUrls: readonly string[];
  /** Of Redis, its password included; absent where the topology has none. */
  readonly cacheUrl?: string | undefined;
}

function serverEnvironment({ host, port }: Listening): Environment {
  return { HOST: host, PORT: String(port) };
}

function clusterEnvironment(vector: Topology['vector']): Environment {
  return vector.sharding === 'qdrant-cluster'
    ? {
        CLUSTER_SHARD_NUMBER: String(vector.shards),
        CLUSTER_REPLICATION_FACTOR: String(vector.replicationFactor),
        CLUSTER_WRITE_CONSISTENCY_FACTOR: String(vector.writeConsistencyFactor),
      }
    : {};
}

/** Only what the strategy reads, so that the environments of the others say nothing that has no meaning. */
function placementEnvironment(vector: Topology['vector'], seed: number): Environment {
  if (vector.sharding === 'qdrant-cluster') {
    return {};
  }
  const { sharding, expectedDocuments, virtualNodes, probes } = vector;
  return {
    ...(expectedDocuments === undefined ? {} : { EXPECTED_DOCUMENTS: String(expectedDocuments) }),
    ...(virtualNodes === undefined ? {} : { VIRTUAL_NODES: String(virtualNodes) }),
    ...(probes === undefined ? {} : { PROBES: String(probes) }),
    ...(sharding === 'random' || sharding === 'semantic' ? { PLACEMENT_SEED: String(seed) } : {}),
  };
}

function indexEnvironment(
  { topology, dimensions, conceptSeed }: Wiring,
  { databaseUrl, providerUrl, vectorUrls }: IndexAddresses,
): Environment {
  return {
    DATABASE_URL: databaseUrl,
    PROVIDER_URL: providerUrl,
    QDRANT_URLS: vectorUrls.join(','),
    SHARDING_STRATEGY: topology.vector.sharding,
    EMBEDDING_DIM: String(dimensions),
    ...(topology.retrieval === undefined ? {} : { RETRIEVAL: topology.retrieval }),
    ...clusterEnvironment(topology.vector),
    ...placementEnvironment(topology.vector, conceptSeed),
  };
}

/** What the query tier keeps in Redis; nothing where the topology has none. */
function cacheEnvironment({ cache }: Topology, cacheUrl: string | undefined): Environment {
  if (cache === undefined) {
    return {};
  }
  const { answers, sessions = false } = cache;
  return {
    REDIS_URL: cacheUrl ?? '',
    SESSIONS: String(sessions),
    ...(answers === undefined ? {} : { ANSWER_CACHE_TTL_SECONDS: String(answers.ttlSeconds), ANSWER_CACHE_EXPIRY: answers.expiry }),
  };
}

/** What is rendered must be what the process will accept: a mistake shows here with its reason, not in a log. */
function checked(schema: Parameters<typeof parseOrFail>[0], id: string, environment: Environment): Environment {
  parseOrFail(schema, environment, `the environment of ${id}`);
  return environment;
}

export function providerEnvironment({ topology, dimensions, conceptCount, conceptSeed }: Wiring, listening: Listening): Environment {
  return checked(providerEnvironmentSchema, 'provider', {
    ...serverEnvironment(listening),
    EMBEDDINGS_PRESET: topology.provider.embeddings,
    CHAT_PRESET: topology.provider.chat,
    ...(topology.provider.rerank === undefined ? {} : { RERANK_PRESET: topology.provider.rerank }),
    ...providerBehaviour(topology.provider),
    EMBEDDING_DIM: String(dimensions),
    CONCEPT_COUNT: String(conceptCount),
    CONCEPT_SEED: String(conceptSeed),
  });
}

export function indexerEnvironment(wiring: Wiring, addresses: IndexAddresses, listening: Listening): Environment {
  return checked(indexerEnvironmentSchema, 'indexer', {
    ...serverEnvironment(listening),
    INTERNAL_TOKEN: wiring.internalToken,
    ...indexEnvironment(wiring, addresses),
  });
}

/** What the Node of a query process is told before the name of its file. */
export function queryNodeArguments({ query: { heapMiB } }: Topology): string[] {
  return heapMiB === undefined ? [] : [`--max-old-space-size=${heapMiB}`];
}

export function queryEnvironment(wiring: Wiring, addresses: IndexAddresses, id: string, listening: Listening): Environment {
  const { vectorConnections } = wiring.topology.query;
  return checked(queryEnvironmentSchema, id, {
    ...serverEnvironment(listening),
    INTERNAL_TOKEN: wiring.internalToken,
    ...indexEnvironment(wiring, addresses),
    ...cacheEnvironment(wiring.topology, addresses.cacheUrl),
    ...(vectorConnections === undefined ? {} : { VECTOR_CONNECTIONS: String(vectorConnections) }),
    ...(wiring.topology.rerank === undefined ? {} : { RERANK: String(wiring.topology.rerank) }),
  });
}

export function gatewayEnvironment(
  wiring: Wiring,
  addresses: { readonly queryUrls: readonly string[]; readonly indexerUrl: string; readonly apiKeysFile: string },
  id: string,
  listening: Listening,
): Environment {
  return checked(gatewayEnvironmentSchema, id, {
    ...serverEnvironment(listening),
    INTERNAL_TOKEN: wiring.internalToken,
    QUERY_URLS: addresses.queryUrls.join(','),
    INDEXER_URL: addresses.indexerUrl,
    API_KEYS_FILE: addresses.apiKeysFile,
  });
}

/** The environment of the embedded cache node. */
export function cacheNodeEnvironment({ topology }: Wiring, password: string, listening: Listening): Environment {
  return checked(cacheNodeEnvironmentSchema, 'redis', {
    ...serverEnvironment(listening),
    MAXMEMORY: String(cacheMemoryMiB(topology) * 1024 * 1024),
    MAXMEMORY_POLICY: 'allkeys-lru',
    REQUIREPASS: password,
  });
}

/** What a peer of a Qdrant cluster is told on top of the environment of a vector node. */
export function peerEnvironment(peerPort: number): Environment {
  return { QDRANT__CLUSTER__ENABLED: 'true', QDRANT__CLUSTER__P2P__PORT: String(peerPort) };
}

/** The words with which a peer founds a cluster, or joins the one of its founder. */
export function peerArguments(own: string, founder: string | undefined): string[] {
  return founder === undefined ? ['--uri', own] : ['--bootstrap', founder, '--uri', own];
}

/**
 * For the C library of the embedded vector node, which keeps what large requests and builds needed: blocks from 64 KiB are
 * mapped singly and go back when they are freed. Measured at 50,000 x 384: resident 1.76 instead of 1.98 x the vectors.
 */
const allocation: Environment = { MALLOC_MMAP_THRESHOLD_: '65536', MALLOC_TRIM_THRESHOLD_: '131072' };

/**
 * The environment of a vector node. A real Qdrant listens on a second port for gRPC, which nothing uses but which would
 * otherwise be the same for every node on one host, and reports its use to its makers, which a test must not.
 */
export function vectorNodeEnvironment(id: string, { host, port }: Listening, storageDirectory: string, grpcPort?: number): Environment {
  return checked(vectorNodeEnvironmentSchema, id, {
    QDRANT__SERVICE__HOST: host,
    QDRANT__SERVICE__HTTP_PORT: String(port),
    QDRANT__STORAGE__STORAGE_PATH: storageDirectory,
    QDRANT__TELEMETRY_DISABLED: 'true',
    ...allocation,
    ...(grpcPort === undefined ? {} : { QDRANT__SERVICE__GRPC_PORT: String(grpcPort) }),
  });
}
