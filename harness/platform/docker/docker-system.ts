import type { Component } from '../../contract/result.ts';
import type { Quota, Tier } from '../../contract/topology.ts';
import { localUrl, loopback } from '../loopback.ts';
import { metricsSources } from '../metrics-sources.ts';
import type { ApiKey, MetricsSource, ProcessSample, RunningSystem } from '../platform.ts';
import { stopWave } from '../stop-wave.ts';
import { containerStatistics } from './container-statistics.ts';
import type { DockerRun } from './docker-run.ts';
import { removeRun } from './removal.ts';

/** Time for an orderly end; the engine kills what takes longer. */
const stopGraceSeconds = 2;

/** A container of the system under test that is ready. */
export interface RunningContainer {
  readonly tier: Tier;
  readonly id: string;
  readonly position: number;
  readonly containerId: string;
  /** Of its first process, as this machine's kernel counts. */
  readonly pid: number;
  readonly hostPort: number;
  readonly quota: Quota;
}

export interface DockerSystemOptions {
  readonly runId: string;
  readonly variant: string;
  readonly apiKeys: readonly ApiKey[];
  readonly run: DockerRun;
  /** Gives back what outlives the system: its ports, and its share of what the run holds. */
  readonly release: (containers: readonly RunningContainer[]) => Promise<void>;
}

/** The containers of one variant that are ready so far, and how to end them. */
export class DockerSystem implements RunningSystem {
  readonly variant: string;
  readonly apiKeys: readonly ApiKey[];
  readonly components: Component[] = [];
  readonly failed: Promise<never>;
  readonly #options: DockerSystemOptions;
  readonly #containers: RunningContainer[] = [];
  readonly #fail: (error: unknown) => void;
  #stopped: Promise<void> | undefined;

  constructor(options: DockerSystemOptions) {
    this.variant = options.variant;
    this.apiKeys = options.apiKeys;
    this.#options = options;
    const { promise, reject } = Promise.withResolvers<never>();
    // A failure that nobody waits for is not a failure of the runner.
    promise.catch(() => undefined);
    this.failed = promise;
    this.#fail = reject;
    options.run.events.lost.catch((error: unknown) => this.fail(error));
  }

  /** Takes a container that is ready. */
  add(container: RunningContainer): void {
    this.#containers.push(container);
  }

  /** Says that the system is no longer whole; ignored once it is being stopped. */
  fail(error: unknown): void {
    if (this.#stopped === undefined) {
      this.#fail(error);
    }
  }

  containersOf(tier: Tier): RunningContainer[] {
    return this.#containers.filter((container) => container.tier === tier).sort((a, b) => a.position - b.position);
  }

  get gateways(): { host: '127.0.0.1'; port: number }[] {
    return this.containersOf('gateway').map(({ hostPort }) => ({ host: loopback, port: hostPort }));
  }

  get vectorNodes(): { id: string; url: string }[] {
    return this.containersOf('vector').map(({ id, hostPort }) => ({ id, url: localUrl(hostPort) }));
  }

  /** Of the first process of each container. */
  get pids(): number[] {
    return this.#containers.map(({ pid }) => pid);
  }

  get quotas(): Record<string, Quota> {
    return Object.fromEntries(this.#containers.map(({ id, quota }) => [id, quota]));
  }

  get metricsSources(): MetricsSource[] {
    return metricsSources(this.#containers.map(({ tier, id, hostPort }) => ({ tier, id, port: hostPort })));
  }

  async sample(): Promise<ProcessSample[]> {
    const { client } = this.#options.run.engine;
    return Promise.all(
      this.#containers.map(async ({ tier, id, pid, containerId }) => ({
        tier,
        id,
        pid,
        ...(await containerStatistics(client, containerId)),
      })),
    );
  }

  async stop(): Promise<void> {
    this.#stopped ??= this.#stopAll();
    await this.#stopped;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #stopAll(): Promise<void> {
    const { run, runId, variant, release } = this.#options;
    const { client } = run.engine;
    for (const wave of [0, 1, 2]) {
      const containers = this.#containers.filter(({ tier }) => stopWave[tier] === wave);
      // One that has ended already, or that the engine cannot end, is removed below, which reports what is wrong.
      await Promise.allSettled(containers.map(async ({ containerId }) => client.getContainer(containerId).stop({ t: stopGraceSeconds })));
    }
    try {
      await removeRun(client, { runId, variant, looks: 1 });
    } catch (error) {
      // That the engine is lost has been said; it is the next run that finds and removes what is left.
      if (!run.events.isLost) {
        throw error;
      }
    } finally {
      await release(this.#containers);
    }
  }
}
