import type { ProcessSample, Throttling } from '../platform/platform.ts';

/** What one process used in the steady window of one step. */
export interface ProcessWindow extends Pick<ProcessSample, 'tier' | 'id' | 'residentBytes'> {
  readonly cpuSeconds: number;
  /** The highest of the samples in the window. */
  readonly peakBytes?: number;
  readonly throttling?: Throttling;
}

function throttlingBetween(before: Throttling | undefined, after: Throttling | undefined): Throttling | undefined {
  return after === undefined
    ? undefined
    : {
        periods: after.periods - (before?.periods ?? 0),
        throttledPeriods: after.throttledPeriods - (before?.throttledPeriods ?? 0),
        throttledSeconds: after.throttledSeconds - (before?.throttledSeconds ?? 0),
      };
}

/**
 * The use of every process between the first and the last sample, with the peak of memory over all of them. A process
 * that was started in between counts from its start. Undefined with fewer than two samples.
 */
export function processWindows(samples: readonly (readonly ProcessSample[])[]): ProcessWindow[] | undefined {
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined || samples.length < 2) {
    return undefined;
  }
  return last.map(({ tier, id, pid, cpuSeconds, residentBytes, throttling }): ProcessWindow => {
    const before = first.find((sample) => sample.pid === pid);
    const all = samples.flatMap((sample) => sample.filter((one) => one.id === id).flatMap((one) => one.residentBytes ?? []));
    const used = throttlingBetween(before?.throttling, throttling);
    return {
      tier,
      id,
      cpuSeconds: Math.max(0, cpuSeconds - (before?.cpuSeconds ?? 0)),
      ...(residentBytes === undefined ? {} : { residentBytes }),
      ...(all.length === 0 ? {} : { peakBytes: Math.max(...all) }),
      ...(used === undefined ? {} : { throttling: used }),
    };
  });
}
