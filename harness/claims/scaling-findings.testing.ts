import type { ResultVariant } from '../contract/result.ts';
import type { SimulatedResult, SimulatedRun, SimulatedSystem, SimulatedVariant } from '../contract/simulation.ts';
import { findings, variant } from './findings.testing.ts';
import type { Findings } from './judge.ts';

const constant = { distribution: 'constant' as const, ms: 10 };

const system: SimulatedSystem = {
  source: { kind: 'measured', text: 'invented times' },
  gateway: { serviceTime: constant },
  query: {
    concurrency: 10,
    queueLimit: 10,
    cores: 1,
    prepare: constant,
    finish: constant,
    balancing: 'least-in-flight',
    requests: { cpuMillicores: 500, memoryBytes: 1_000 },
    memory: { baseBytes: 100, bytesPerRequest: 1, heldShare: 0 },
    startUp: { scheduleSeconds: 1, loadSeconds: 1, warmUpSeconds: 0, warmUpSlowdown: 1 },
    drainSeconds: 1,
  },
  embed: constant,
  vector: { shards: 1, replicas: 1, concurrency: 1, serviceTime: constant },
  provider: { generate: constant },
  client: { deadlineMs: 30_000 },
};

/** A mean, with half of the width of its interval; no interval where that is not said. */
type Given = number | readonly [mean: number, halfWidth: number];

export interface Shape {
  readonly source?: 'assumed' | 'measured';
  /** Time in which the goal was missed, s, and replica-hours. */
  readonly missed?: Given;
  readonly hours?: Given;
  readonly turns?: Given;
  readonly p99Ms?: number;
  readonly peak?: number;
  readonly unstable?: number;
  readonly profile?: SimulatedVariant['load']['profile'];
  readonly settings?: Record<string, number | string>;
  readonly initialReplicas?: number;
  readonly demand?: readonly number[];
  readonly ready?: readonly number[];
  readonly decisions?: SimulatedRun['decisions'];
  readonly counts?: Partial<SimulatedRun['counts']>;
  readonly bins?: (second: number) => Partial<SimulatedRun['bins'][number]>;
}

const estimate = (given: Given, scale = 1) => {
  const [mean, halfWidth] = typeof given === 'number' ? [given, undefined] : given;
  return {
    mean: mean * scale,
    samples: 6,
    ...(halfWidth === undefined
      ? {}
      : { interval: { low: (mean - halfWidth) * scale, high: (mean + halfWidth) * scale, confidence: 0.95 } }),
  };
};

/** Ten minutes in bins of ten seconds; replicas change every minute. */
const seconds = 600;
const perMinute = (counts: readonly number[]) => counts.map((replicas, index) => ({ atSeconds: index * 60, replicas }));

/** A rule that asks for more at one time. */
export const grown = (atSeconds: number, reason = 'Grown'): SimulatedRun['decisions'] => [{ atSeconds, from: 3, to: 5, reason }];

function simulatedResult({
  source = 'measured',
  missed = [0, 0],
  hours = [1, 0.01],
  turns,
  p99Ms,
  peak,
  unstable = 0,
  profile = { shape: 'constant', ratePerSecond: 10 },
  settings = { type: 'ratio' },
  initialReplicas = 3,
  demand = [1, 5],
  ready = [3, 5],
  decisions = [],
  counts = {},
  bins = () => ({}),
}: Shape): SimulatedResult {
  return {
    variant: {
      system: { ...system, source: { ...system.source, kind: source } },
      load: { title: 'load', arrivals: 'poisson', profile },
      goal: { percentile: 95, responseMs: 3_000, errorShare: 0.001 },
      controller: { by: 'rule', settings },
      initialReplicas,
      seconds,
    },
    rule: 'rule',
    capacityPerReplica: { ratePerSecond: 20, why: 'invented' },
    replications: 6,
    estimates:
      unstable > 0
        ? {}
        : {
            sloViolationSeconds: estimate(missed),
            replicaSeconds: estimate(hours, 3600),
            ...(turns === undefined ? {} : { directionChangesPerHour: estimate(turns) }),
            ...(p99Ms === undefined ? {} : { p99Ms: estimate(p99Ms) }),
            ...(peak === undefined ? {} : { peakReplicas: estimate(peak) }),
          },
    unstable,
    run: {
      seed: 1,
      stability: { verdict: unstable > 0 ? 'unstable' : 'stable', why: '' },
      counts: {
        arrived: 6_000,
        succeeded: 6_000,
        timedOut: 0,
        refused: 0,
        refusedByProvider: 0,
        lost: 0,
        unfinished: 0,
        retries: 0,
        retriesDenied: 0,
        cacheHits: 0,
        ...counts,
      },
      curve: [],
      stages: [],
      bins: Array.from({ length: 60 }, (_, index) => ({
        fromSeconds: index * 10,
        arrivals: 100,
        failed: 0,
        p50Ms: 1_000,
        p95Ms: 2_000,
        cpuUtilisation: 0.5,
        waiting: 0,
        ...bins(index * 10),
      })),
      demand: perMinute(demand),
      ready: perMinute(ready),
      paid: perMinute(ready),
      decisions,
      elasticity: {
        accuracyUnder: 0,
        accuracyOver: 0,
        timeshareUnder: 0,
        timeshareOver: 0,
        jitterPerMinute: 0,
        instability: 0,
        sloViolationSeconds: 0,
        replicaSeconds: 0,
        overProvisionedReplicaSeconds: 0,
      },
      events: 0,
    },
  };
}

/** A run of `scaling-rules` with these variants; every number is invented. */
export function scalingFindings(shapes: Readonly<Record<string, Shape>>, rest: Partial<Findings> = {}): Findings {
  const variants = Object.entries(shapes).map(([id, shape]): ResultVariant => ({ ...variant({ id }), simulated: simulatedResult(shape) }));
  return findings(variants, {
    scenario: 'scaling-rules',
    platform: { id: 'simulated', requested: 'auto', why: 'nothing was started', engine: 'discrete-event simulation 0.1.0' },
    ...rest,
  });
}
