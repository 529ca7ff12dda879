import type { Component } from '../contract/result.ts';
import type { Quota, Tier, Topology } from '../contract/topology.ts';

/** What the runner asks for: one variant of a scenario as a running system. */
export interface StartRequest {
  readonly runId: string;
  /** Absolute; receives logs, and the state of the system for as long as it runs. */
  readonly runDirectory: string;
  /** Id of the variant; names its folders. */
  readonly variant: string;
  readonly topology: Topology;
  readonly dimensions: number;
  readonly conceptCount: number;
  readonly conceptSeed: number;
  readonly tenants: readonly string[];
  /** Port of the first gateway; a free one where absent. */
  readonly gatewayPort?: number;
  /** Ends the start early; everything that had been started is stopped before the promise rejects. */
  readonly signal?: AbortSignal;
  /** One sentence per thing that happened, for the events of the run. */
  readonly onEvent?: (message: string) => void;
}

/** What one process of the system under test has used since it started, its descendants included. */
export interface ProcessSample {
  readonly tier: Tier;
  /** Such as `vector-2`. */
  readonly id: string;
  readonly pid: number;
  readonly cpuSeconds: number;
  /** PostgreSQL counts shared pages once where the kernel tells (PSS). Absent where nothing tells. */
  readonly residentBytes?: number;
  /** Of a container with a quota; absent where nothing is enforced. */
  readonly throttling?: Throttling;
}

/** What a CPU quota did since the container started. */
export interface Throttling {
  /** Scheduling periods (100 ms) in which it wanted to run. */
  readonly periods: number;
  /** Those in which it had used up its quota. */
  readonly throttledPeriods: number;
  /** Time for which it was kept from running, summed over the cores. */
  readonly throttledSeconds: number;
}

export interface ApiKey {
  readonly tenant: string;
  readonly role: 'writer' | 'reader';
  readonly key: string;
}

/** A server of the system under test that has metrics. */
export interface MetricsSource {
  readonly tier: Tier;
  /** Such as `vector-2`, as in the samples. */
  readonly id: string;
  readonly url: string;
}

/** A system that answers. Disposing stops it. */
export interface RunningSystem extends AsyncDisposable {
  readonly variant: string;
  readonly gateways: readonly { readonly host: '127.0.0.1'; readonly port: number }[];
  /** In the order of their shard numbers. */
  readonly vectorNodes: readonly { readonly id: string; readonly url: string }[];
  /** Servers that tell over HTTP how loaded they are (`GET` of the url, Prometheus' text form); a server of others may tell nothing that is asked for. */
  readonly metricsSources: readonly MetricsSource[];
  /** A writer and a reader per tenant. The keys exist in memory only; the files of a run hold their SHA-256. */
  readonly apiKeys: readonly ApiKey[];
  /** Which engine serves each tier, as the engine itself says. */
  readonly components: readonly Component[];
  /** What each part may use, by its id; empty where nothing is enforced. */
  readonly quotas: Readonly<Record<string, Quota>>;
  /** Never resolves; rejects with a `Failure` when a process ends without having been told to. Safe to leave unhandled. */
  readonly failed: Promise<never>;
  /** Cumulative figures per process, to be subtracted from one another. */
  sample(): Promise<ProcessSample[]>;
  /** Ends every process and removes their state; the logs stay. May be called more than once. */
  stop(): Promise<void>;
}

/** A way to run the reference system. */
export interface Platform {
  readonly id: 'local' | 'docker';
  /**
   * Resolves when every part is ready.
   * @throws Failure `environment` (75) when the machine cannot run it, `interrupted` (130) when the signal ended the start.
   */
  start(request: StartRequest): Promise<RunningSystem>;
  /**
   * Pids, as this machine's kernel counts them, of what runs for the started systems without descending from this process. What
   * they and their descendants use is not the use of others.
   */
  ownPids(): readonly number[];
}
