import type { Scenario } from '../../contract/scenario.ts';
import type { Scene } from '../check.ts';
import type { MeasuredSample } from '../sample.ts';

/** A second on an idle machine. */
export const calmSample: MeasuredSample = {
  elapsedMs: 800,
  realTimeScheduling: true,
  timer: { ticks: 800, p50Ms: 0.03, p99Ms: 0.05, maximumMs: 0.2 },
  clocksApartMs: 0.001,
  cpu: { busyShare: 0.02, stealShare: 0 },
};

const noScenario: readonly Scenario[] = [];

/** A Linux machine without an engine, whose files are those given; `changes` make it another. */
export function sceneOf(changes: Partial<Scene> = {}, files: Readonly<Record<string, string>> = {}): Scene {
  return {
    environment: {},
    system: 'linux',
    isRoot: false,
    runsFolder: '/nowhere/out',
    scenarios: noScenario,
    engine: { probe: { found: 'nothing', endpoint: 'unix:///nowhere/docker.sock', why: 'connect ENOENT' } },
    offers: [],
    sample: calmSample,
    read: (path) => files[path],
    ...changes,
  };
}
