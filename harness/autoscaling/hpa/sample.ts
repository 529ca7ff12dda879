import type { MetricSpec } from './spec.ts';

/** One pod as the controller sees it, times in ms and amounts in thousandths. */
export interface HpaPod {
  readonly name: string;
  readonly phase: string;
  readonly deleting: boolean;
  /** The Ready condition; absent where there is none. */
  readonly ready?: { readonly status: 'True' | 'False' | 'Unknown'; readonly changedAtMs: number };
  readonly startedAtMs?: number;
  /** Of one container, or of all that run side by side; `undefined` where one of them requests none. */
  requestMilli(resource: string, container?: string): bigint | undefined;
}

/** The value of one pod; those that are filled in for a missing pod have no time. */
export interface PodMetric {
  readonly valueMilli: bigint;
  readonly takenAtMs: number;
  readonly windowMs: number;
}
export type PodMetrics = ReadonlyMap<string, PodMetric>;

/** Why a metric has no value: an error of Kubernetes' metrics client or replica calculator. */
export interface MetricFailure {
  readonly failure: string;
}

/** How the controller reads its metrics, whoever has measured them. */
export interface MetricSource {
  /** Samples by pod: of a resource, of one container's resource, or of a custom metric. */
  podMetrics(metric: MetricSpec): PodMetrics | MetricFailure;
  /** The values of an Object metric (one) or an External metric (any number but none), in thousandths. */
  values(metric: MetricSpec): readonly bigint[] | MetricFailure;
}
