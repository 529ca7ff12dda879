import { rm } from 'node:fs/promises';
import type { Component } from '../../contract/result.ts';
import type { Tier } from '../../contract/topology.ts';
import { localUrl } from '../loopback.ts';
import { metricsSources } from '../metrics-sources.ts';
import type { ApiKey, MetricsSource, ProcessSample, RunningSystem } from '../platform.ts';
import { stopWave } from '../stop-wave.ts';
import { describeExit, type LeashedProcess } from './leashed-process.ts';
import { sampleProcesses } from './process-sample.ts';
import { partFailure } from './readiness.ts';

/** For the whole system: what has not ended by then is killed. */
const stopGraceMs = 2000;

export interface Part {
  readonly tier: Tier;
  /** Such as `vector-2`; the number is the position in its tier, for vector nodes the shard number. */
  readonly id: string;
  readonly position: number;
  readonly process: LeashedProcess;
  readonly port: number;
}

/** The parts of one variant that were started so far, and how to end them. */
export class LocalSystem implements RunningSystem {
  readonly variant: string;
  readonly apiKeys: readonly ApiKey[];
  readonly components: Component[] = [];
  /** Processes of one machine share it as they like. */
  readonly quotas = {};
  readonly failed: Promise<never>;
  readonly #parts: Part[] = [];
  readonly #fail: (error: unknown) => void;
  readonly #stateDirectory: string;
  /** Gives back what outlives the system: its ports, and its share of what the run holds. */
  readonly #release: (parts: readonly Part[]) => Promise<void>;
  #stopped: Promise<void> | undefined;
  /** What stands between the parts and ends after them. */
  readonly #between = new AsyncDisposableStack();

  constructor(variant: string, apiKeys: readonly ApiKey[], stateDirectory: string, release: (parts: readonly Part[]) => Promise<void>) {
    this.variant = variant;
    this.apiKeys = apiKeys;
    this.#stateDirectory = stateDirectory;
    this.#release = release;
    const { promise, reject } = Promise.withResolvers<never>();
    // A failure that nobody waits for is not a failure of the runner.
    promise.catch(() => undefined);
    this.failed = promise;
    this.#fail = reject;
  }

  /** Takes a part that is ready: from now on its end is a failure unless `stop` caused it. */
  add(part: Part): void {
    this.#parts.push(part);
    void part.process.exited.then(async (exit) => {
      if (this.#stopped === undefined) {
        this.#fail(await partFailure(part.process, 'part_died', `ended with ${describeExit(exit)} while the system was running`));
      }
    });
  }

  /** Takes something that connects parts, to be ended when they have ended. */
  own(connection: AsyncDisposable): void {
    this.#between.use(connection);
  }

  /** The parts of a tier by position. */
  partsOf(tier: Tier): Part[] {
    return this.#parts.filter((part) => part.tier === tier).sort((a, b) => a.position - b.position);
  }

  get gateways(): { host: '127.0.0.1'; port: number }[] {
    return this.partsOf('gateway').map(({ port }) => ({ host: '127.0.0.1', port }));
  }

  get vectorNodes(): { id: string; url: string }[] {
    return this.partsOf('vector').map(({ id, port }) => ({ id, url: localUrl(port) }));
  }

  get metricsSources(): MetricsSource[] {
    return metricsSources(this.#parts);
  }

  async sample(): Promise<ProcessSample[]> {
    return sampleProcesses(this.#parts.map(({ tier, id, process }) => ({ tier, id, pid: process.pid })));
  }

  async stop(): Promise<void> {
    this.#stopped ??= this.#stopAll();
    await this.#stopped;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #stopAll(): Promise<void> {
    const deadlineMs = performance.now() + stopGraceMs;
    const troubles: unknown[] = [];
    for (const wave of [0, 1, 2]) {
      const graceMs = Math.max(0, deadlineMs - performance.now());
      const parts = this.#parts.filter(({ tier }) => stopWave[tier] === wave);
      const ended = await Promise.allSettled(parts.map(({ process }) => process.stop(graceMs)));
      troubles.push(...ended.flatMap((end) => (end.status === 'rejected' ? [end.reason] : [])));
    }
    await this.#between.disposeAsync();
    await rm(this.#stateDirectory, { recursive: true, force: true });
    await this.#release(this.#parts);
    if (troubles.length > 0) {
      throw troubles[0];
    }
  }
}
