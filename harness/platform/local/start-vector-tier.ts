import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../contract/failure.ts';
import type { Component } from '../../contract/result.ts';
import { peerArguments, peerEnvironment, vectorNodeEnvironment } from '../../rendering/environment.ts';
import { localUrl } from '../loopback.ts';
import { requireClusterVersion, waitForConsensus } from '../qdrant-cluster.ts';
import { askVectorEngine } from '../vector-engine-version.ts';
import type { Part } from './local-system.ts';
import { listening, nodeProcess, positions, type Start, startServer, together } from './start-server.ts';
import { qdrantVariable } from './vector-engine.ts';

interface ClusterPlace {
  readonly peerPort: number;
  /** Undefined for the founder itself. */
  readonly founder: string | undefined;
}

async function startVectorNode(start: Start, position: number, place?: ClusterPlace): Promise<Part> {
  const id = `vector-${position}`;
  const { directories, ports, qdrant } = start;
  const workingDirectory = join(directories.variantState, id);
  await mkdir(workingDirectory, { recursive: true });
  const real = qdrant !== undefined;
  const peer = place === undefined ? [] : peerArguments(localUrl(place.peerPort), place.founder);
  const runs = real ? { command: qdrant, arguments: peer } : nodeProcess(start, 'vector-node');
  return startServer(start, {
    tier: 'vector',
    id,
    position,
    ...runs,
    // Qdrant reads ./config and writes ./snapshots.
    workingDirectory,
    readyPath: '/readyz',
    ...(real ? { hint: `${qdrantVariable} is ${qdrant}: is that Qdrant?` } : {}),
    environment: async (port) => ({
      ...vectorNodeEnvironment(id, listening(port), join(workingDirectory, 'storage'), real ? await ports.take() : undefined),
      ...(place === undefined ? {} : peerEnvironment(place.peerPort)),
    }),
  });
}

/** Independent nodes all at once; the peers of a cluster after its founder, and done when they agree. */
export async function startVectorTier(start: Start, abort: AbortController): Promise<Part[]> {
  const { vector } = start.request.topology;
  if (vector.sharding !== 'qdrant-cluster') {
    return together(
      positions(vector.shards).map(async (shard) => startVectorNode(start, shard)),
      abort,
    );
  }
  if (start.qdrant === undefined) {
    throw new Failure(
      'environment',
      'no_cluster',
      `variant ${start.request.variant} needs a real Qdrant: the embedded vector node has no cluster`,
      {
        hint: `name an executable by ${qdrantVariable}, or use --platform docker with the image of Qdrant`,
      },
    );
  }
  const peerPorts = await Promise.all(positions(vector.nodes).map(async () => start.ports.take()));
  const founder = localUrl(peerPorts[0] ?? 0);
  const parts: Part[] = [];
  for (const [position, peerPort] of peerPorts.entries()) {
    parts.push(await startVectorNode(start, position, { peerPort, founder: position === 0 ? undefined : founder }));
  }
  const peers = parts.map(({ id, port }) => ({ id, url: localUrl(port) }));
  requireClusterVersion((await askVectorEngine(localUrl(parts[0]?.port ?? 0))).version);
  await waitForConsensus(peers, start.signal);
  return parts;
}

/** Which engine serves the vectors, as it says itself; what we started ourselves is ours whatever it says. */
export async function vectorComponent({ qdrant, projectVersion }: Start, node: Part): Promise<Component> {
  const said = await askVectorEngine(localUrl(node.port));
  return { tier: 'vector', ...(qdrant === undefined ? { engine: 'embedded vector node', version: projectVersion, embedded: true } : said) };
}
