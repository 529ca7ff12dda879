import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../contract/failure.ts';
import { type ContainerPart, containerParts } from '../../rendering/containers.ts';
import { createApiKeys, keyRecords, randomSecret } from '../api-keys.ts';
import { readProcessTable } from '../local/process-table.ts';
import type { Platform, RunningSystem, StartRequest } from '../platform.ts';
import { Ports } from '../ports.ts';
import { SharedContexts } from '../shared-context.ts';
import type { NamedImages } from './choose-images.ts';
import { componentsOf } from './components.ts';
import { DockerRun } from './docker-run.ts';
import { DockerSystem } from './docker-system.ts';
import { imagesOf } from './images-of-run.ts';
import { requireQuotasFit } from './quotas-fit.ts';
import { startParts } from './start-parts.ts';

export interface DockerPlatformOptions {
  /** The runner's environment: may name images. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Images that the command line names. */
  readonly images?: NamedImages;
  /** May an image that is not on this machine be pulled? */
  readonly mayPull?: boolean;
}

/** What a published port and a log of a container cost is ours as well. */
const engineProcesses: ReadonlySet<string> = new Set(['dockerd', 'containerd', 'docker-proxy']);

function interrupted({ variant, signal }: StartRequest): Failure {
  return new Failure('interrupted', 'start_interrupted', `the start of variant ${variant} was interrupted`, { cause: signal?.reason });
}

/** Runs the reference system in containers under CPU and memory quotas, by testcontainers. */
export class DockerPlatform implements Platform {
  readonly id = 'docker';
  readonly #options: DockerPlatformOptions;
  readonly #ports = new Ports();
  readonly #runs = new SharedContexts<DockerRun>((run) => run.close());
  readonly #systems = new Set<DockerSystem>();

  constructor(options: DockerPlatformOptions = {}) {
    this.#options = options;
  }

  /** The first process of every container, and the engine, which carries their traffic. */
  ownPids(): readonly number[] {
    const engine = readProcessTable().filter(({ name }) => engineProcesses.has(name));
    return [...[...this.#systems].flatMap(({ pids }) => pids), ...engine.map(({ pid }) => pid)];
  }

  async start(request: StartRequest): Promise<RunningSystem> {
    const { runId, runDirectory, variant, topology, onEvent } = request;
    const wasInterrupted = () => request.signal?.aborted === true;
    if (wasInterrupted()) {
      throw interrupted(request);
    }
    if (request.gatewayPort !== undefined) {
      await this.#ports.requireFree(request.gatewayPort);
    }
    const logDirectory = join(runDirectory, 'logs', variant);
    await mkdir(logDirectory, { recursive: true });
    const apiKeys = createApiKeys(request.tenants);
    const databasePassword = randomSecret();
    const aliasOf = (id: string) => `${variant}-${id}`;
    const parts = containerParts({
      wiring: { ...request, internalToken: randomSecret() },
      databasePassword,
      apiKeys: JSON.stringify(keyRecords(apiKeys), undefined, 2),
      hostOf: aliasOf,
    });
    const run = await this.#runs.acquire(runDirectory, async () => DockerRun.open(runId, runDirectory, (message) => onEvent?.(message)));
    const system = new DockerSystem({
      runId,
      variant,
      apiKeys,
      run,
      release: async (containers) => {
        for (const { hostPort } of containers) {
          this.#ports.release(hostPort);
        }
        this.#systems.delete(system);
        await this.#runs.release(runDirectory);
      },
    });
    this.#systems.add(system);
    try {
      requireQuotasFit(parts, run.engine, variant);
      const { environment = process.env, images: commandLine = {}, mayPull = false } = this.#options;
      const images = await imagesOf(run.engine.client, roles(parts), { commandLine, environment, topology, mayPull, onEvent });
      await startParts({ request, run, system, ports: this.#ports, parts, images, aliasOf, logDirectory });
      system.components.push(...(await componentsOf({ system, images, databasePassword })));
      return system;
    } catch (error) {
      await system.stop();
      throw wasInterrupted() ? interrupted(request) : error;
    }
  }
}

function roles(parts: readonly ContainerPart[]) {
  return [...new Set(parts.map(({ image }) => image))];
}
