import { type ImageRole, type Quota, type Tier, type Topology, vectorNodeCount } from '../contract/topology.ts';
import {
  type Environment,
  gatewayEnvironment,
  type IndexAddresses,
  indexerEnvironment,
  peerArguments,
  peerEnvironment,
  providerEnvironment,
  queryEnvironment,
  queryNodeArguments,
  vectorNodeEnvironment,
  type Wiring,
} from './environment.ts';
import { postgresArguments, postgresSettings } from './postgres-settings.ts';
import { quotaOf } from './quotas.ts';
import { redisSettings } from './redis-settings.ts';

/** Where things are inside the containers. */
const processPort = 8080;
const vectorPort = 6333;
const postgresPort = 5432;
const redisPort = 6379;
/** Peers of a Qdrant cluster talk to each other here. */
const qdrantPeerPort = 6335;
const vectorStorage = '/qdrant/storage';
const postgresState = '/var/lib/postgresql';
const apiKeysFile = '/etc/rag-testbed/api-keys.json';
const database = { user: 'testbed', name: 'testbed' };

/** How a part tells that it may be used. */
export type ReadySign = { readonly kind: 'http'; readonly path: string } | { readonly kind: 'postgres' | 'redis' };

/** One container of a variant: everything but its place on the machine. */
export interface ContainerPart {
  readonly tier: Tier;
  /** Such as `vector-2`. */
  readonly id: string;
  /** In its tier; for vector nodes the shard number. */
  readonly position: number;
  readonly image: ImageRole;
  /** Instead of the image's own command; absent where that one is meant. */
  readonly command?: readonly string[];
  readonly environment: Environment;
  readonly port: number;
  readonly ready: ReadySign;
  /** The folder that outlives the container's own file system. */
  readonly stateFolder?: string;
  /** Contents by path inside the container. */
  readonly files?: Readonly<Record<string, string>>;
  /** Ids of the parts that have to be ready before. */
  readonly after: readonly string[];
  readonly quota: Quota;
}

export interface ContainerRequest {
  readonly wiring: Wiring;
  readonly databasePassword: string;
  /** The keys as the gateway may know them, as JSON. */
  readonly apiKeys: string;
  /** The name under which the other containers find a part. */
  readonly hostOf: (id: string) => string;
}

const positions = (count: number) => Array.from({ length: count }, (_, position) => position);
const everywhere = (port: number) => ({ host: '0.0.0.0', port });

/** The URL under which a client outside reaches the database, given where its port is. */
export function databaseUrl(host: string, port: number, password: string): string {
  return `postgresql://${database.user}:${password}@${host}:${port}/${database.name}`;
}

function ownProcess(tier: Tier, id: string, position: number, folder: string, nodeArguments: readonly string[] = []) {
  return {
    tier,
    id,
    position,
    image: 'system',
    command: ['node', ...nodeArguments, `system/${folder}/main.ts`],
    port: processPort,
    ready: { kind: 'http', path: '/ready' },
  } as const;
}

/** Without a password: only the containers of the run and 127.0.0.1 reach it. */
function redisPart(topology: Topology, quota: Quota): ContainerPart {
  const words = Object.entries(redisSettings(topology)).flatMap(([name, value]) => [`--${name}`, value === '""' ? '' : value]);
  return {
    tier: 'redis',
    id: 'redis',
    position: 0,
    image: 'redis',
    command: ['redis-server', ...words],
    environment: {},
    port: redisPort,
    ready: { kind: 'redis' },
    after: [],
    quota,
  };
}

/** Renders a topology to containers; a container comes after those that it waits for. */
export function containerParts({ wiring, databasePassword, apiKeys, hostOf }: ContainerRequest): ContainerPart[] {
  const { topology } = wiring;
  const quota = (tier: Tier) => quotaOf(tier, topology);
  const processUrl = (id: string) => `http://${hostOf(id)}:${processPort}`;
  const clustered = topology.vector.sharding === 'qdrant-cluster';
  const peerUrl = (position: number) => `http://${hostOf(`vector-${position}`)}:${qdrantPeerPort}`;
  const vectors = positions(vectorNodeCount(topology.vector)).map((position): ContainerPart => {
    const id = `vector-${position}`;
    const founder = position === 0 ? undefined : peerUrl(0);
    return {
      tier: 'vector',
      id,
      position,
      image: 'qdrant',
      environment: {
        ...vectorNodeEnvironment(id, everywhere(vectorPort), vectorStorage),
        ...(clustered ? peerEnvironment(qdrantPeerPort) : {}),
      },
      // Relative to the folder in which Qdrant's image starts.
      ...(clustered ? { command: ['./qdrant', ...peerArguments(peerUrl(position), founder)] } : {}),
      port: vectorPort,
      ready: { kind: 'http', path: '/readyz' },
      stateFolder: vectorStorage,
      // Peers join one after the other through the founder.
      after: clustered && position > 0 ? ['vector-0'] : [],
      quota: quota('vector'),
    };
  });
  const postgres: ContainerPart = {
    tier: 'postgres',
    id: 'postgres',
    position: 0,
    image: 'postgres',
    command: ['postgres', ...postgresArguments(postgresSettings)],
    environment: {
      POSTGRES_USER: database.user,
      POSTGRES_PASSWORD: databasePassword,
      POSTGRES_DB: database.name,
      PGDATA: `${postgresState}/testbed`,
    },
    port: postgresPort,
    ready: { kind: 'postgres' },
    stateFolder: postgresState,
    after: [],
    quota: quota('postgres'),
  };
  const provider: ContainerPart = {
    ...ownProcess('provider', 'provider', 0, 'provider'),
    environment: providerEnvironment(wiring, everywhere(processPort)),
    after: [],
    quota: quota('provider'),
  };
  const caches = topology.cache === undefined ? [] : [redisPart(topology, quota('redis'))];
  const addresses: IndexAddresses = {
    databaseUrl: databaseUrl(hostOf(postgres.id), postgresPort, databasePassword),
    providerUrl: processUrl(provider.id),
    vectorUrls: vectors.map(({ id, port }) => `http://${hostOf(id)}:${port}`),
    cacheUrl: caches[0] === undefined ? undefined : `redis://${hostOf(caches[0].id)}:${redisPort}`,
  };
  const stores = [postgres, provider, ...vectors].map(({ id }) => id);
  const indexer: ContainerPart = {
    ...ownProcess('indexer', 'indexer', 0, 'indexer'),
    environment: indexerEnvironment(wiring, addresses, everywhere(processPort)),
    after: stores,
    quota: quota('indexer'),
  };
  const queries = positions(topology.query.replicas).map((position): ContainerPart => {
    const id = `query-${position}`;
    return {
      ...ownProcess('query', id, position, 'query', queryNodeArguments(topology)),
      environment: queryEnvironment(wiring, addresses, id, everywhere(processPort)),
      after: [...stores, ...caches.map((cache) => cache.id)],
      quota: quota('query'),
    };
  });
  const behind = { queryUrls: queries.map(({ id }) => processUrl(id)), indexerUrl: processUrl(indexer.id), apiKeysFile };
  const gateways = positions(topology.gateway.replicas).map((position): ContainerPart => {
    const id = `gateway-${position}`;
    return {
      ...ownProcess('gateway', id, position, 'gateway'),
      environment: gatewayEnvironment(wiring, behind, id, everywhere(processPort)),
      files: { [apiKeysFile]: apiKeys },
      after: [indexer, ...queries].map((part) => part.id),
      quota: quota('gateway'),
    };
  });
  return [postgres, provider, ...vectors, ...caches, indexer, ...queries, ...gateways];
}
