import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../contract/failure.ts';
import type { Component } from '../../contract/result.ts';
import type { Tier } from '../../contract/topology.ts';
import {
  type Environment,
  gatewayEnvironment,
  type IndexAddresses,
  indexerEnvironment,
  providerEnvironment,
  queryEnvironment,
  vectorNodeEnvironment,
  type Wiring,
} from '../../rendering/environment.ts';
import { localUrl, loopback } from '../loopback.ts';
import type { StartRequest } from '../platform.ts';
import type { Ports } from '../ports.ts';
import { askVectorNodeVersion, vectorEngineName } from '../vector-engine-version.ts';
import type { LocalSystem, Part } from './local-system.ts';
import { initialisePostgres, startPostgres } from './postgres.ts';
import { httpProbe, waitUntilReady } from './readiness.ts';
import type { RunContext } from './run-context.ts';
import type { VariantDirectories } from './run-directory.ts';
import { qdrantVariable } from './vector-engine.ts';

export interface StartContext {
  readonly request: StartRequest;
  readonly wiring: Wiring;
  readonly context: RunContext;
  /** Receives each part as soon as it is ready. */
  readonly system: LocalSystem;
  readonly ports: Ports;
  readonly directories: VariantDirectories;
  readonly apiKeysFile: string;
  readonly systemDirectory: string;
  /** A real Qdrant; the embedded vector node serves where absent. */
  readonly qdrant: string | undefined;
  readonly projectVersion: string;
}

type Start = StartContext & { readonly signal: AbortSignal };

interface ServerSpecification {
  readonly tier: Tier;
  readonly id: string;
  readonly position: number;
  readonly command: string;
  readonly arguments: readonly string[];
  readonly workingDirectory: string;
  readonly readyPath: string;
  readonly fixedPort?: number | undefined;
  readonly hint?: string;
  environment(port: number): Promise<Environment> | Environment;
}

const listening = (port: number) => ({ host: loopback, port });

function positions(count: number): number[] {
  return Array.from({ length: count }, (_, position) => position);
}

function announce({ request }: Start, { id, port, process }: Part, readyMs: number): void {
  request.onEvent?.(`${request.variant}: ${id} ready after ${Math.round(readyMs)} ms (port ${port}, pid ${process.pid})`);
}

/** Starts a server that tells over HTTP when it is ready. */
async function startServer(start: Start, server: ServerSpecification): Promise<Part> {
  const { context, directories, ports, signal, system } = start;
  return ports.startOn(async (port) => {
    const environment = await server.environment(port);
    signal.throwIfAborted();
    const process = await context.leash.spawn({
      id: server.id,
      command: server.command,
      arguments: server.arguments,
      environment: { ...context.environmentOf(`${system.variant}/${server.id}`), ...environment },
      workingDirectory: server.workingDirectory,
      logFile: join(directories.logs, `${server.id}.log`),
    });
    const url = `${localUrl(port)}${server.readyPath}`;
    try {
      const hint = server.hint === undefined ? {} : { hint: server.hint };
      const readyMs = await waitUntilReady({ process, probe: httpProbe(url), probed: `GET ${url}`, signal, ...hint });
      const part = { tier: server.tier, id: server.id, position: server.position, process, port };
      system.add(part);
      announce(start, part, readyMs);
      return part;
    } catch (error) {
      await process.stop(0);
      throw error;
    }
  }, server.fixedPort);
}

/** A process of the reference system: our Node runs its `main.ts`. */
function nodeProcess(start: Start, folder: string): Pick<ServerSpecification, 'command' | 'arguments' | 'workingDirectory'> {
  return {
    command: process.execPath,
    arguments: [join(start.systemDirectory, folder, 'main.ts')],
    workingDirectory: start.directories.variantState,
  };
}

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

async function startVectorNode(start: Start, shard: number): Promise<Part> {
  const id = `vector-${shard}`;
  const { directories, ports, qdrant } = start;
  const workingDirectory = join(directories.variantState, id);
  await mkdir(workingDirectory, { recursive: true });
  const real = qdrant !== undefined;
  const runs = real ? { command: qdrant, arguments: [] } : nodeProcess(start, 'vector-node');
  return startServer(start, {
    tier: 'vector',
    id,
    position: shard,
    ...runs,
    // Qdrant reads ./config and writes ./snapshots.
    workingDirectory,
    readyPath: '/readyz',
    ...(real ? { hint: `${qdrantVariable} is ${qdrant}: is that Qdrant?` } : {}),
    environment: async (port) =>
      vectorNodeEnvironment(id, listening(port), join(workingDirectory, 'storage'), real ? await ports.take() : undefined),
  });
}

async function vectorComponent({ qdrant, projectVersion }: Start, node: Part): Promise<Component> {
  const { title, version } = await askVectorNodeVersion(localUrl(node.port));
  const embedded = qdrant === undefined;
  // The embedded node answers with the Qdrant version whose REST it follows; its own version is this project's.
  return { tier: 'vector', engine: vectorEngineName(title, embedded), version: embedded ? projectVersion : version, embedded };
}

/**
 * Waits for all; the first that fails ends the waiting of the others. All have ended by the time this rejects, so that
 * nothing appears after the cleaning.
 */
async function together<T>(tasks: readonly Promise<T>[], abort: AbortController): Promise<T[]> {
  const guarded = tasks.map((task) =>
    task.catch((error: unknown) => {
      abort.abort(error);
      throw error;
    }),
  );
  await Promise.allSettled(guarded);
  abort.signal.throwIfAborted();
  return Promise.all(guarded);
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
  const vectors = positions(topology.vector.shards).map((shard) => startVectorNode(start, shard));
  await together<unknown>([database, provider, ...vectors], abort);
  const { url: databaseUrl, component: databaseComponent } = await database;
  const vectorParts = await Promise.all(vectors);
  const addresses: IndexAddresses = {
    databaseUrl,
    providerUrl: localUrl((await provider).port),
    vectorUrls: vectorParts.map(({ port }) => localUrl(port)),
  };

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
      ...nodeProcess(start, 'query'),
      readyPath: '/ready',
      environment: (port) => queryEnvironment(wiring, addresses, id, listening(port)),
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
