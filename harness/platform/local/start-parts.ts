import { join } from 'node:path';
import { Failure } from '../../contract/failure.ts';
import type { Component } from '../../contract/result.ts';
import type { Tier } from '../../contract/topology.ts';
import {
  gatewayEnvironment,
  type IndexAddresses,
  indexerEnvironment,
  providerEnvironment,
  queryEnvironment,
  queryNodeArguments,
} from '../../rendering/environment.ts';
import { localUrl } from '../loopback.ts';
import { startDelayedRelay } from './delayed-relay.ts';
import type { Part } from './local-system.ts';
import { initialisePostgres, startPostgres } from './postgres.ts';
import { startCacheTier } from './start-cache-tier.ts';
import { announce, listening, nodeProcess, positions, type Start, type StartContext, startServer, together } from './start-server.ts';
import { startVectorTier, vectorComponent } from './start-vector-tier.ts';

async function startDatabase(start: Start): Promise<{ url: string; component: Component }> {
  const { context, directories, ports, signal, system } = start;
  const startedMs = performance.now();
  const cluster = await initialisePostgres(context.leash, {
    directory: join(directories.variantState, 'postgres'),
    logFile: join(directories.logs, 'postgres.log'),
    environment: context.environmentOf(`${system.variant}/postgres`),
    signal,
  });
  return ports.startOn(async (port) => {
    const postgres = await startPostgres(context.leash, cluster, port);
    const part: Part = { tier: 'postgres', id: 'postgres', position: 0, process: postgres.process, port };
    system.add(part);
    announce(start, part, performance.now() - startedMs);
    return { url: postgres.url, component: { tier: 'postgres', engine: 'PostgreSQL', version: postgres.version, embedded: false } };
  });
}

/** Where the query tier finds the vector nodes: behind relays where the topology puts them on other machines. */
async function distantFromQuery({ request, system }: Start, nodes: readonly Part[]): Promise<string[]> {
  const { vectorRoundTripMs } = request.topology.query;
  if (vectorRoundTripMs === undefined) {
    return nodes.map(({ port }) => localUrl(port));
  }
  return Promise.all(
    nodes.map(async (node) => {
      const relay = await startDelayedRelay(node.port, vectorRoundTripMs);
      system.own(relay);
      return localUrl(relay.port);
    }),
  );
}

async function startTiers(start: Start, abort: AbortController): Promise<void> {
  const { request, wiring, system } = start;
  const { topology } = request;
  const own = (tier: Tier, engine: string): Component => ({ tier, engine, version: start.projectVersion, embedded: false });

  const provider = startServer(start, {
    tier: 'provider',
    id: 'provider',
    position: 0,
    ...nodeProcess(start, 'provider'),
    readyPath: '/ready',
    environment: (port) => providerEnvironment(wiring, listening(port)),
  });
  const database = startDatabase(start);
  const vectors = startVectorTier(start, abort);
  const caching = startCacheTier(start);
  await together<unknown>([database, provider, vectors, caching], abort);
  const cache = await caching;
  const { url: databaseUrl, component: databaseComponent } = await database;
  const vectorParts = await vectors;
  const addresses: IndexAddresses = {
    databaseUrl,
    providerUrl: localUrl((await provider).port),
    vectorUrls: vectorParts.map(({ port }) => localUrl(port)),
    cacheUrl: cache?.url,
  };

  const queryAddresses = { ...addresses, vectorUrls: await distantFromQuery(start, vectorParts) };

  // The query tier waits by itself for the tables that the indexer creates, so both may start at once.
  const indexer = startServer(start, {
    tier: 'indexer',
    id: 'indexer',
    position: 0,
    ...nodeProcess(start, 'indexer'),
    readyPath: '/ready',
    environment: (port) => indexerEnvironment(wiring, addresses, listening(port)),
  });
  const queries = positions(topology.query.replicas).map((position) => {
    const id = `query-${position}`;
    return startServer(start, {
      tier: 'query',
      id,
      position,
      ...nodeProcess(start, 'query', queryNodeArguments(topology)),
      readyPath: '/ready',
      environment: (port) => queryEnvironment(wiring, queryAddresses, id, listening(port)),
    });
  });
  await together([indexer, ...queries], abort);
  const behind = {
    queryUrls: (await Promise.all(queries)).map(({ port }) => localUrl(port)),
    indexerUrl: localUrl((await indexer).port),
    apiKeysFile: start.apiKeysFile,
  };
  await together(
    positions(topology.gateway.replicas).map((position) => {
      const id = `gateway-${position}`;
      return startServer(start, {
        tier: 'gateway',
        id,
        position,
        ...nodeProcess(start, 'gateway'),
        readyPath: '/ready',
        fixedPort: position === 0 ? request.gatewayPort : undefined,
        environment: (port) => gatewayEnvironment(wiring, behind, id, listening(port)),
      });
    }),
    abort,
  );
  const [node] = vectorParts;
  system.components.push(
    own('gateway', 'rag-testbed gateway'),
    own('query', 'rag-testbed query'),
    own('indexer', 'rag-testbed indexer'),
    own('provider', 'simulated provider'),
    ...(cache === undefined ? [] : [cache.component]),
    ...(node === undefined ? [] : [await vectorComponent(start, node)]),
    databaseComponent,
  );
}

/**
 * Renders a topology to processes, tier by tier as they depend on one another, and within a tier at once.
 * @throws Failure as `Platform.start`; what was ready by then is in the system and has to be stopped by the caller.
 */
export async function startParts(context: StartContext): Promise<void> {
  const { request, system } = context;
  const abort = new AbortController();
  const interrupt = () =>
    abort.abort(
      new Failure('interrupted', 'start_interrupted', `the start of variant ${request.variant} was interrupted`, {
        cause: request.signal?.reason,
      }),
    );
  if (request.signal?.aborted === true) {
    interrupt();
  }
  request.signal?.addEventListener('abort', interrupt);
  // A part that dies while later ones are started would otherwise show as their not becoming ready.
  system.failed.catch((failure: unknown) => abort.abort(failure));
  try {
    abort.signal.throwIfAborted();
    await startTiers({ ...context, signal: abort.signal }, abort);
  } finally {
    request.signal?.removeEventListener('abort', interrupt);
  }
}
