import type { Observation, PodObservation } from '../scaling-rule.ts';

/** Pods that could take requests. */
export function readyPods({ pods }: Observation): PodObservation[] {
  return pods.filter(({ phase, deleting, ready }) => phase === 'Running' && ready && !deleting);
}

/**
 * Usage of the ready pods as a share of what they request, as a monitoring system shows it; `undefined` where no ready pod has
 * a sample. Unlike the HPA's it is neither cut off nor filled in.
 */
export function meanUsage(observation: Observation, resource: 'cpu' | 'memory'): number | undefined {
  let used = 0;
  let requested = 0;
  for (const { sample, requests } of readyPods(observation)) {
    if (sample !== undefined) {
      used += resource === 'cpu' ? sample.cpuMillicores : sample.memoryBytes;
      requested += resource === 'cpu' ? requests.cpuMillicores : requests.memoryBytes;
    }
  }
  return requested === 0 ? undefined : used / requested;
}
