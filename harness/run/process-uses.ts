import type { ProcessUse, ResultVariant } from '../contract/result.ts';
import type { ServerWindow } from '../contract/server-series.ts';
import { tierSchema } from '../contract/topology.ts';
import type { RunningSystem } from '../platform/platform.ts';
import type { JudgedStep } from './judged-step.ts';
import type { ProcessWindow } from './process-windows.ts';

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function throttled(windows: readonly ProcessWindow[]): Pick<ProcessUse, 'throttledSeconds' | 'throttledPeriodShare'> {
  const known = windows.flatMap(({ throttling }) => throttling ?? []);
  const periods = sum(known.map((one) => one.periods));
  return known.length === 0
    ? {}
    : {
        throttledSeconds: sum(known.map(({ throttledSeconds }) => throttledSeconds)),
        // One that never wanted to run was never kept from it.
        throttledPeriodShare: periods === 0 ? 0 : sum(known.map(({ throttledPeriods }) => throttledPeriods)) / periods,
      };
}

/** The event loop of one server over all windows: each window counts as much as any other, they are equally long. */
function eventLoop(windows: readonly ServerWindow[]): Pick<ProcessUse, 'eventLoopUtilisation' | 'eventLoopDelayP99Ms'> {
  const utilisations = windows.flatMap(({ eventLoopUtilisation }) => eventLoopUtilisation ?? []);
  const delays = windows.flatMap(({ eventLoopDelayP99Ms }) => eventLoopDelayP99Ms ?? []);
  return {
    ...(utilisations.length === 0 ? {} : { eventLoopUtilisation: sum(utilisations) / utilisations.length }),
    ...(delays.length === 0 ? {} : { eventLoopDelayP99Ms: Math.max(...delays) }),
  };
}

/** What every process used over the judged steady windows, in the order in which a request meets them. */
export function processUses(judged: readonly JudgedStep[], quotas: RunningSystem['quotas']): ProcessUse[] {
  const measured = judged.filter(({ driven }) => driven.processes !== undefined);
  const jobs = sum(measured.map(({ driven }) => driven.observation.steady.issued));
  const byId = Map.groupBy(
    measured.flatMap(({ driven }) => driven.processes ?? []),
    ({ id }) => id,
  );
  const tierOf = ([first]: readonly ProcessWindow[]) => (first === undefined ? 0 : tierSchema.options.indexOf(first.tier));
  const ordered = [...byId].sort(([a, left], [b, right]) => tierOf(left) - tierOf(right) || a.localeCompare(b, 'en', { numeric: true }));
  return ordered.flatMap(([id, windows]) => {
    const last = windows.at(-1);
    const cpuSeconds = sum(windows.map((window) => window.cpuSeconds));
    const peaks = windows.flatMap(({ peakBytes }) => peakBytes ?? []);
    const quota = quotas[id];
    return last === undefined
      ? []
      : [
          {
            tier: last.tier,
            id,
            cpuSeconds,
            cpuSecondsPer1k: jobs === 0 ? 0 : (1000 * cpuSeconds) / jobs,
            ...(last.residentBytes === undefined ? {} : { residentBytes: last.residentBytes }),
            ...(peaks.length === 0 ? {} : { peakBytes: Math.max(...peaks) }),
            ...(quota === undefined ? {} : { quota }),
            ...throttled(windows),
            ...eventLoop(measured.flatMap(({ driven }) => driven.servers.filter((server) => server.id === id))),
          },
        ];
  });
}

/** What the generator used for the same steps; it tells of a step as a whole, warm-up included. Nothing where nothing was sent. */
export function generatorUse(judged: readonly JudgedStep[]): Pick<ResultVariant, 'generator'> {
  const observations = judged.map(({ driven }) => driven.observation);
  const requests = sum(observations.map(({ warmUp, steady }) => warmUp.issued + steady.issued));
  return requests === 0
    ? {}
    : {
        generator: {
          cpuSecondsPer1k: (1000 * sum(observations.map(({ generator }) => generator.cpuSeconds))) / requests,
          eventLoopUtilisation: Math.max(...observations.map(({ generator }) => generator.eventLoopUtilisation)),
        },
      };
}
