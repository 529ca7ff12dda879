import type { PodGroups } from './group-pods.ts';
import type { HpaPod, MetricFailure } from './sample.ts';
import { isWithin, type Tolerances } from './tolerance.ts';

/** Counts are int32 in Kubernetes, which clamps what is larger. */
const maximumCount = 2_147_483_647;
const count = (value: number): number => Math.min(Math.ceil(value), maximumCount);

export interface Proposal {
  readonly replicas: number;
  /** What the proposal rests on: per cent of the request, or thousandths of the metric's unit. */
  readonly usage: number;
}

/** How one kind of target turns samples into a ratio, and what stands for the sample that is not there. */
interface Yardstick {
  ratio(samples: ReadonlyMap<string, bigint>): { readonly ratio: number; readonly usage: number } | MetricFailure;
  /** Of a missing pod when the others say to scale down. */
  missingValue(pod: string): bigint;
}

/** Usage as a share of what the pods request, in whole per cent: the fraction is cut off before the target divides it. */
export function utilizationYardstick(requests: ReadonlyMap<string, bigint>, targetPercent: number): Yardstick {
  return {
    ratio(samples) {
      let usage = 0n;
      let requested = 0n;
      for (const [pod, value] of samples) {
        const request = requests.get(pod);
        if (request !== undefined) {
          usage += value;
          requested += request;
        }
      }
      if (requested === 0n) {
        return { failure: 'no metrics returned matched known pods' };
      }
      const percent = Number((100n * usage) / requested);
      return { ratio: Math.min(percent, maximumCount) / targetPercent, usage: percent };
    },
    missingValue: (pod) => ((requests.get(pod) ?? 0n) * BigInt(Math.max(100, targetPercent))) / 100n,
  };
}

/** Usage per sampled pod against the target, in thousandths: the mean is cut off, too. */
export function averageYardstick(targetMilli: bigint): Yardstick {
  return {
    ratio(samples) {
      const total = [...samples.values()].reduce((sum, value) => sum + value, 0n);
      const usage = Number(total / BigInt(samples.size));
      return { ratio: usage / Number(targetMilli), usage };
    },
    missingValue: () => targetMilli,
  };
}

/** The requests of every pod, or the failure that Kubernetes makes of one pod without. */
export function requestsOf(pods: readonly HpaPod[], resource: string, container?: string): Map<string, bigint> | MetricFailure {
  const requests = new Map<string, bigint>();
  for (const pod of pods) {
    const request = pod.requestMilli(resource, container);
    if (request === undefined) {
      return {
        failure: `missing request for ${resource} in ${container === undefined ? '' : `container ${container} of `}pod ${pod.name}`,
      };
    }
    requests.set(pod.name, request);
  }
  return requests;
}

/**
 * Replicas for a metric with a sample per pod. `samples` are those of pods that are neither ignored nor unready, and at least
 * one. Pods without a sample are filled in so that they never make a change larger: as if they idled when the others say up, as
 * if they were on target (or used all that they request) when the others say down.
 */
export function replicasByPods(
  current: number,
  samples: ReadonlyMap<string, bigint>,
  { readyCount, unready, missing }: Omit<PodGroups, 'ignored'>,
  yardstick: Yardstick,
  tolerances: Tolerances,
): Proposal | MetricFailure {
  const first = yardstick.ratio(samples);
  if ('failure' in first) {
    return first;
  }
  const { ratio, usage } = first;
  const unchanged = { replicas: current, usage };
  const addsUnready = unready.length > 0 && ratio > 1;
  if (!addsUnready && missing.length === 0) {
    return isWithin(ratio, tolerances) ? unchanged : { replicas: count(ratio * readyCount), usage };
  }
  const filled = new Map(samples);
  for (const pod of ratio === 1 ? [] : missing) {
    filled.set(pod, ratio < 1 ? yardstick.missingValue(pod) : 0n);
  }
  for (const pod of addsUnready ? unready : []) {
    filled.set(pod, 0n);
  }
  const second = yardstick.ratio(filled);
  if ('failure' in second) {
    return second;
  }
  const turned = (ratio < 1 && second.ratio > 1) || (ratio > 1 && second.ratio < 1);
  if (isWithin(second.ratio, tolerances) || turned) {
    return unchanged;
  }
  const replicas = count(second.ratio * filled.size);
  const contradicts = second.ratio < 1 ? replicas > current : replicas < current;
  return contradicts ? unchanged : { replicas, usage };
}

const totalOf = (values: readonly bigint[]): number => Number(values.reduce((sum, value) => sum + value, 0n));

/** Value targets of Object and External metrics: the ratio of one figure, times the pods that are ready. */
export function replicasByValue(
  current: number,
  values: readonly bigint[],
  targetMilli: bigint,
  readyRunning: number | undefined,
  tolerances: Tolerances,
): Proposal | MetricFailure {
  const usage = totalOf(values);
  const ratio = usage / Number(targetMilli);
  if (current === 0) {
    return { replicas: count(ratio), usage };
  }
  if (isWithin(ratio, tolerances)) {
    return { replicas: current, usage };
  }
  return readyRunning === undefined
    ? { failure: 'no pods returned by selector while calculating replica count' }
    : { replicas: count(ratio * readyRunning), usage };
}

/** AverageValue targets of Object and External metrics: one figure shared among the replicas that there are. */
export function replicasByShare(statusReplicas: number, values: readonly bigint[], targetMilli: bigint, tolerances: Tolerances): Proposal {
  const usage = totalOf(values);
  const ratio = usage / (Number(targetMilli) * statusReplicas);
  return { replicas: isWithin(ratio, tolerances) ? statusReplicas : count(usage / Number(targetMilli)), usage };
}
