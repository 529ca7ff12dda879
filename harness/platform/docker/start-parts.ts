import { Failure } from '../../contract/failure.ts';
import type { ImageRole } from '../../contract/topology.ts';
import type { ContainerPart } from '../../rendering/containers.ts';
import type { StartRequest } from '../platform.ts';
import type { Ports } from '../ports.ts';
import { type Peer, requireClusterVersion, waitForConsensus } from '../qdrant-cluster.ts';
import { askVectorEngine } from '../vector-engine-version.ts';
import type { ChosenImage } from './choose-images.ts';
import type { DockerRun } from './docker-run.ts';
import type { DockerSystem } from './docker-system.ts';
import { removeRun } from './removal.ts';
import { startContainer } from './start-container.ts';

export interface StartPartsRequest {
  readonly request: StartRequest;
  readonly run: DockerRun;
  /** Receives each container as soon as it is ready. */
  readonly system: DockerSystem;
  readonly ports: Ports;
  readonly parts: readonly ContainerPart[];
  readonly images: Record<ImageRole, ChosenImage>;
  readonly aliasOf: (id: string) => string;
  readonly logDirectory: string;
}

async function startPart(
  { request, run, system, ports, images, aliasOf, logDirectory }: StartPartsRequest,
  part: ContainerPart,
  signal: AbortSignal,
): Promise<void> {
  const { runId, variant, onEvent, gatewayPort } = request;
  const startedMs = performance.now();
  const fixed = part.tier === 'gateway' && part.position === 0 ? gatewayPort : undefined;
  const container = await ports.startOn(
    async (hostPort) =>
      startContainer({
        run,
        runId,
        variant,
        part,
        image: images[part.image],
        alias: aliasOf(part.id),
        hostPort,
        logDirectory,
        signal,
        onExit: (failure) => system.fail(failure),
      }),
    fixed,
    // The engine itself says so; what else went wrong may leave a container on the port for a moment.
    (error) => error instanceof Failure && error.code === 'port_taken',
  );
  system.add(container);
  onEvent?.(
    `${variant}: ${part.id} ready after ${Math.round(performance.now() - startedMs)} ms (port ${container.hostPort}, container ${container.containerId.slice(0, 12)})`,
  );
}

async function waitForCluster(peers: readonly Peer[], signal: AbortSignal): Promise<void> {
  const [founder] = peers;
  if (founder !== undefined) {
    requireClusterVersion((await askVectorEngine(founder.url)).version);
  }
  await waitForConsensus(peers, signal);
}

/**
 * Starts every part as soon as those that it waits for are ready. The first failure ends the others; all have ended by the
 * time this rejects, so that nothing appears after the cleaning.
 */
export async function startParts(start: StartPartsRequest): Promise<void> {
  const { request, run, system, parts } = start;
  const abort = new AbortController();
  const signal = AbortSignal.any([abort.signal, ...(request.signal === undefined ? [] : [request.signal])]);
  system.failed.catch((failure: unknown) => abort.abort(failure));
  const ready = new Map<string, Promise<void>>();
  const vectorIds = parts.filter(({ tier }) => tier === 'vector').map(({ id }) => id);
  let formed: Promise<void> | undefined;
  for (const part of parts) {
    const waited = part.after.flatMap((id) => ready.get(id) ?? []);
    if (request.topology.vector.sharding === 'qdrant-cluster' && part.tier !== 'vector' && part.after.includes('vector-0')) {
      // A peer that is ready has not necessarily heard of the others.
      formed ??= Promise.all(vectorIds.flatMap((id) => ready.get(id) ?? [])).then(async () => waitForCluster(system.vectorNodes, signal));
      waited.push(formed);
    }
    const started = Promise.all(waited).then(async () => startPart(start, part, signal));
    started.catch((error: unknown) => abort.abort(error));
    ready.set(part.id, started);
  }
  formed?.catch((error: unknown) => abort.abort(error));
  const outcomes = await Promise.allSettled(ready.values());
  if (outcomes.some(({ status }) => status === 'rejected')) {
    // testcontainers cannot be told to stop creating: what it still creates is removed as it appears.
    await removeRun(run.engine.client, { runId: request.runId, variant: request.variant });
    throw signal.reason;
  }
}
