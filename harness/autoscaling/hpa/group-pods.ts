import type { ControllerSettings } from './constants.ts';
import type { HpaPod, PodMetric, PodMetrics } from './sample.ts';

export interface PodGroups {
  readonly readyCount: number;
  readonly unready: readonly string[];
  readonly missing: readonly string[];
  /** Neither counted nor filled in. */
  readonly ignored: readonly string[];
}

/** Whether a CPU sample says nothing yet, because the pod was still starting when it was taken. */
function cpuIsPremature(pod: HpaPod, sample: PodMetric, settings: ControllerSettings, nowMs: number): boolean {
  const { ready, startedAtMs } = pod;
  if (ready === undefined || startedAtMs === undefined) {
    return true;
  }
  if (startedAtMs + settings.cpuInitializationPeriodMs > nowMs) {
    return ready.status === 'False' || sample.takenAtMs < ready.changedAtMs + sample.windowMs;
  }
  return ready.status === 'False' && startedAtMs + settings.initialReadinessDelayMs > ready.changedAtMs;
}

/**
 * Sorts the pods by what their samples are worth; the first group that fits wins. Only CPU asks for readiness, because only
 * CPU is spent on starting.
 */
export function groupPods(
  pods: readonly HpaPod[],
  samples: PodMetrics,
  isCpu: boolean,
  settings: ControllerSettings,
  nowMs: number,
): PodGroups {
  const groups = { unready: [] as string[], missing: [] as string[], ignored: [] as string[] };
  let readyCount = 0;
  for (const pod of pods) {
    const sample = samples.get(pod.name);
    if (pod.deleting || pod.phase === 'Failed' || pod.phase === 'Succeeded') {
      groups.ignored.push(pod.name);
    } else if (pod.phase === 'Pending') {
      groups.unready.push(pod.name);
    } else if (sample === undefined) {
      groups.missing.push(pod.name);
    } else if (isCpu && cpuIsPremature(pod, sample, settings, nowMs)) {
      groups.unready.push(pod.name);
    } else {
      readyCount += 1;
    }
  }
  return { readyCount, ...groups };
}
