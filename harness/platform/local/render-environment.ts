import {
  gatewayEnvironmentSchema,
  indexerEnvironmentSchema,
  providerEnvironmentSchema,
  queryEnvironmentSchema,
  vectorNodeEnvironmentSchema,
} from '../../../system/api/environment.ts';
import { parseOrFail } from '../../contract/parse.ts';
import type { StartRequest } from '../platform.ts';

/** Variables by name, as a process is given them. */
export type Environment = Readonly<Record<string, string>>;

const host = '127.0.0.1';
/** What a process needs from the user's environment. Everything else could change how the system behaves. */
const inherited = ['PATH', 'HOME', 'LANG', 'TMPDIR'] as const;

export function localUrl(port: number): string {
  return `http://${host}:${port}`;
}

/** The part of the user's environment that every process is given. */
export function inheritedEnvironment(environment: NodeJS.ProcessEnv): Environment {
  return Object.fromEntries(inherited.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]])));
}

/** What all processes of one system share. */
export interface Wiring {
  readonly request: Pick<StartRequest, 'topology' | 'dimensions' | 'conceptCount' | 'conceptSeed'>;
  readonly internalToken: string;
}

/** Where the tiers behind the query tier are found. */
export interface IndexAddresses {
  readonly databaseUrl: string;
  readonly providerPort: number;
  /** In the order of the shard numbers. */
  readonly vectorPorts: readonly number[];
}

function serverEnvironment(port: number): Environment {
  return { HOST: host, PORT: String(port) };
}

function indexEnvironment({ request }: Wiring, { databaseUrl, providerPort, vectorPorts }: IndexAddresses): Environment {
  return {
    DATABASE_URL: databaseUrl,
    PROVIDER_URL: localUrl(providerPort),
    QDRANT_URLS: vectorPorts.map(localUrl).join(','),
    SHARDING_STRATEGY: request.topology.vector.sharding,
    EMBEDDING_DIM: String(request.dimensions),
  };
}

/** What is rendered must be what the process will accept: a mistake shows here with its reason, not in a log. */
function checked(schema: Parameters<typeof parseOrFail>[0], id: string, environment: Environment): Environment {
  parseOrFail(schema, environment, `the environment of ${id}`);
  return environment;
}

export function providerEnvironment({ request }: Wiring, port: number): Environment {
  return checked(providerEnvironmentSchema, 'provider', {
    ...serverEnvironment(port),
    EMBEDDINGS_PRESET: request.topology.provider.embeddings,
    CHAT_PRESET: request.topology.provider.chat,
    EMBEDDING_DIM: String(request.dimensions),
    CONCEPT_COUNT: String(request.conceptCount),
    CONCEPT_SEED: String(request.conceptSeed),
  });
}

export function indexerEnvironment(wiring: Wiring, addresses: IndexAddresses, port: number): Environment {
  return checked(indexerEnvironmentSchema, 'indexer', {
    ...serverEnvironment(port),
    INTERNAL_TOKEN: wiring.internalToken,
    ...indexEnvironment(wiring, addresses),
  });
}

export function queryEnvironment(wiring: Wiring, addresses: IndexAddresses, id: string, port: number): Environment {
  return checked(queryEnvironmentSchema, id, {
    ...serverEnvironment(port),
    INTERNAL_TOKEN: wiring.internalToken,
    ...indexEnvironment(wiring, addresses),
  });
}

export function gatewayEnvironment(
  wiring: Wiring,
  addresses: { readonly queryPorts: readonly number[]; readonly indexerPort: number; readonly apiKeysFile: string },
  id: string,
  port: number,
): Environment {
  return checked(gatewayEnvironmentSchema, id, {
    ...serverEnvironment(port),
    INTERNAL_TOKEN: wiring.internalToken,
    QUERY_URLS: addresses.queryPorts.map(localUrl).join(','),
    INDEXER_URL: localUrl(addresses.indexerPort),
    API_KEYS_FILE: addresses.apiKeysFile,
  });
}

/**
 * The environment of a vector node. A real Qdrant listens on a second port for gRPC, which nothing uses but which would
 * otherwise be the same for every node, and reports its use to its makers, which a test must not.
 */
export function vectorNodeEnvironment(id: string, port: number, storageDirectory: string, grpcPort?: number): Environment {
  return checked(vectorNodeEnvironmentSchema, id, {
    QDRANT__SERVICE__HOST: host,
    QDRANT__SERVICE__HTTP_PORT: String(port),
    QDRANT__STORAGE__STORAGE_PATH: storageDirectory,
    QDRANT__TELEMETRY_DISABLED: 'true',
    ...(grpcPort === undefined ? {} : { QDRANT__SERVICE__GRPC_PORT: String(grpcPort) }),
  });
}
