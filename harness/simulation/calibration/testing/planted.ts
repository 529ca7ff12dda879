import type { Result, RunRecord } from '../../../contract/result.ts';
import type { SimulatedRun, SimulatedSystem } from '../../../contract/simulation.ts';
import { simulate } from '../../simulate.ts';

const workMs = 3;
const cores = 2;

/** A machine of two cores, each job of 3 ms of CPU between a wait of 1.5 ms that needs none. */
const planted: SimulatedSystem = {
  source: { kind: 'assumed', text: 'planted, to be found again' },
  gateway: { serviceTime: { distribution: 'constant', ms: 1.5 } },
  query: {
    concurrency: 100_000,
    queueLimit: 0,
    cores,
    prepare: { distribution: 'gamma', meanMs: workMs, cv: 0.6 },
    finish: { distribution: 'constant', ms: 0 },
    balancing: 'round-robin',
    requests: { cpuMillicores: 2000, memoryBytes: 1 },
    memory: { baseBytes: 1, bytesPerRequest: 0, heldShare: 0 },
    startUp: { scheduleSeconds: 0, loadSeconds: 0, warmUpSeconds: 0, warmUpSlowdown: 1 },
    drainSeconds: 0,
  },
  embed: { distribution: 'constant', ms: 0 },
  vector: { shards: 1, replicas: 1, concurrency: 1024, serviceTime: { distribution: 'constant', ms: 0 } },
  provider: { generate: { distribution: 'constant', ms: 0 } },
  client: { deadlineMs: 10_000 },
};

function plantedRun(ratePerSecond: number, seconds: number): SimulatedRun {
  const replicas = [{ atMs: 0, replicas: 1 }];
  return simulate({
    system: planted,
    load: { title: 'planted', arrivals: 'poisson', profile: { shape: 'constant', ratePerSecond } },
    goal: { percentile: 99, responseMs: 1000, errorShare: 0 },
    seconds,
    seed: 77,
    initialReplicas: 1,
    controller: { ready: replicas, paid: replicas },
    demand: replicas,
  });
}

function recordOf(
  pattern: RunRecord,
  order: number,
  ratePerSecond: number,
  seconds: number,
  { counts, responseMs }: SimulatedRun,
): RunRecord {
  const { intervals: _, servers: __, ...rest } = { ...pattern, intervals: undefined, servers: undefined };
  const offered = counts.arrived / seconds;
  return {
    ...rest,
    stepId: `planted-${ratePerSecond}`,
    order,
    phase: order === 0 ? 'judged' : 'rung',
    repetition: 1,
    ratePerSecond,
    offeredPerSecond: offered,
    achievedPerSecond: offered,
    counts: { issued: counts.arrived, succeeded: counts.arrived, failed: {} },
    validity: { verdict: 'valid', reasons: [], checks: [] },
    ...(responseMs === undefined
      ? {}
      : {
          searchResponseMs: {
            mean: responseMs.mean,
            p50: responseMs.p50,
            p95: responseMs.p95,
            p99: responseMs.p99,
            sampleCount: responseMs.sampleCount,
          },
        }),
    cpuSeconds: (counts.arrived * workMs) / 1000,
    passed: true,
    brokenLimits: [],
  };
}

/** A result as a measurement of the planted machine would have written it, in the clothes of a real one. */
export function plantedResult(real: Result, ratesPerSecond: readonly number[], seconds: number): Result {
  const [variant] = real.variants;
  const [pattern] = variant?.runs ?? [];
  if (variant === undefined || pattern === undefined) {
    throw new Error('the real result has no variant with runs');
  }
  const runs = ratesPerSecond.map((rate) => plantedRun(rate, seconds));
  const { costs: _, ...rest } = variant;
  const share = (tier: 'query' | 'vector', cpuSecondsPer1k: number) => ({
    tier,
    id: `${tier}-0`,
    cpuSeconds: cpuSecondsPer1k,
    cpuSecondsPer1k,
  });
  return {
    ...real,
    provenance: { ...real.provenance, cpuCount: cores },
    variants: [
      {
        ...rest,
        runs: runs.map((run, order) => recordOf(pattern, order, ratesPerSecond[order] ?? 0, seconds, run)),
        metrics: {},
        curves: [{ kind: 'search', sampleCount: runs[0]?.responseMs?.sampleCount ?? 1, points: runs[0]?.curve ?? [] }],
        stages: [
          {
            cohort: 'mean',
            sampleCount: 1,
            totalMs: 4.5,
            parts: [
              { stage: 'gateway, network, queues', ms: 1.5 },
              { stage: 'search', ms: 3 },
            ],
          },
        ],
        processes: [share('query', 1), share('vector', 2)],
      },
    ],
  };
}
