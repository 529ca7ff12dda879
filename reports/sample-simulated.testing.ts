import type { Result } from '../harness/contract/result.ts';
import type { SimulatedResult, SimulatedRun, SimulatedSystem, SimulatedVariant } from '../harness/contract/simulation.ts';
import { passingResult } from './sample-result.testing.ts';
import type { Simulated } from './scaling/groups.ts';

/** Invented like all samples: a simulated day in an hour, made of formulas. Nothing of this file may reach a published report. */

const seconds = 3_600;
const binSeconds = 20;
const perReplica = 40;
const goal = { percentile: 95, responseMs: 800, errorShare: 0.01 } as const;

const system: SimulatedSystem = {
  source: { kind: 'assumed', text: 'round figures for a test, measured nowhere' },
  gateway: { serviceTime: { distribution: 'constant', ms: 1 } },
  query: {
    concurrency: 16,
    queueLimit: 64,
    cores: 1,
    prepare: { distribution: 'exponential', meanMs: 4 },
    finish: { distribution: 'exponential', meanMs: 2 },
    balancing: 'least-in-flight',
    requests: { cpuMillicores: 500, memoryBytes: 536_870_912 },
    memory: { baseBytes: 200_000_000, bytesPerRequest: 1_000_000, heldShare: 0.5 },
    startUp: { scheduleSeconds: 5, loadSeconds: 25, warmUpSeconds: 30, warmUpSlowdown: 2 },
    drainSeconds: 30,
  },
  embed: { distribution: 'constant', ms: 10 },
  vector: { shards: 3, replicas: 1, concurrency: 8, serviceTime: { distribution: 'gamma', meanMs: 12, cv: 0.5 } },
  provider: { generate: { distribution: 'lognormal', meanMs: 250, cv: 0.4 } },
  client: { deadlineMs: 5_000 },
};

const loads = {
  spike: {
    title: 'spike',
    arrivals: 'poisson',
    profile: { shape: 'spike', basePerSecond: 60, peakPerSecond: 360, atSeconds: 900, widthSeconds: 600 },
  },
  diurnal: {
    title: 'diurnal',
    arrivals: 'poisson',
    profile: { shape: 'diurnal', meanPerSecond: 160, periodSeconds: 3_600, amplitude: 0.7, peakAtSeconds: 1_800 },
  },
} as const satisfies Record<string, SimulatedVariant['load']>;
type LoadId = keyof typeof loads;

function rateAt(load: LoadId, second: number): number {
  return load === 'spike'
    ? second >= 900 && second < 1_500
      ? 360
      : 60
    : 160 * (1 + 0.7 * Math.cos((2 * Math.PI * (second - 1_800)) / 3_600));
}

type Steps = SimulatedRun['ready'];

const wanted = (load: LoadId, second: number): number => Math.max(1, Math.ceil(rateAt(load, Math.max(0, second)) / perReplica));

/** Steps of a course that is looked at every so many seconds. */
function sampled(every: number, replicasAt: (second: number) => number): Steps {
  const all = Array.from({ length: Math.ceil(seconds / every) }, (_, place) => ({
    atSeconds: place * every,
    replicas: replicasAt(place * every),
  }));
  return all.filter(({ replicas }, place) => place === 0 || replicas !== all[place - 1]?.replicas);
}

interface Rule {
  readonly id: string;
  readonly text: string;
  readonly controller: SimulatedVariant['controller'];
  readonly ready: (load: LoadId) => Steps;
  readonly turnsPerHour: number;
  readonly unstable?: number;
}

const peak = (load: LoadId): number => Math.max(...Array.from({ length: seconds }, (_, second) => wanted(load, second)));
const rule = (type: string): SimulatedVariant['controller'] => ({ by: 'rule', settings: { type } });

/** Supply that follows demand after `up` seconds and lets it go after `down`, with so many spare. */
const following = (up: number, down: number, spare: number) => (load: LoadId) =>
  sampled(15, (second) => {
    const recent = Array.from({ length: Math.max(1, Math.round(down / 15)) }, (_, place) => wanted(load, second - up - place * 15));
    return Math.max(...recent) + spare;
  });

const rules: readonly Rule[] = [
  { id: 'hpa-cpu', text: 'HPA, CPU 70 %, 2 to 20', controller: rule('hpa'), ready: following(75, 300, 1), turnsPerHour: 1 },
  { id: 'keda-queue', text: 'KEDA, queue 10, 2 to 20', controller: rule('keda'), ready: following(45, 300, 1), turnsPerHour: 1 },
  { id: 'kpa', text: 'Knative KPA, 10 in flight, 1 to 20', controller: rule('kpa'), ready: following(30, 60, 0), turnsPerHour: 2.2 },
  {
    id: 'ratio',
    text: 'ratio, CPU 0.8 × 1.5, queue 100 + 2',
    controller: rule('ratio'),
    ready: (load) => sampled(30, (second) => Math.max(1, wanted(load, second - 60) + (Math.floor(second / 60) % 2 === 0 ? 2 : -1))),
    turnsPerHour: 58,
  },
  {
    id: 'static-2',
    text: 'static, 2',
    controller: rule('static'),
    ready: () => [{ atSeconds: 0, replicas: 2 }],
    turnsPerHour: 0,
    unstable: 5,
  },
];

const bounds: readonly Rule[] = [
  {
    id: 'static-at-peak',
    text: 'as many as the peak needs, all the time',
    controller: { by: 'static-at-peak' },
    ready: (load) => [{ atSeconds: 0, replicas: peak(load) }],
    turnsPerHour: 0,
  },
  {
    id: 'clairvoyant',
    text: 'demand, known beforehand',
    controller: { by: 'clairvoyant' },
    ready: (load) => sampled(20, (second) => wanted(load, second)),
    turnsPerHour: 0,
  },
];

const valueAt = (steps: Steps, second: number): number => steps.findLast(({ atSeconds }) => atSeconds <= second)?.replicas ?? 0;

function run(load: LoadId, { ready: readyOf, unstable = 0 }: Rule): SimulatedRun {
  const ready = readyOf(load);
  const bins = Array.from({ length: seconds / binSeconds }, (_, place) => {
    const fromSeconds = place * binSeconds;
    const arrivals = Math.round(rateAt(load, fromSeconds) * binSeconds * (1 + 0.04 * Math.sin(place * 2.3)));
    const busy = arrivals / binSeconds / Math.max(1, valueAt(ready, fromSeconds) * perReplica);
    return {
      fromSeconds,
      arrivals,
      failed: busy > 1.3 ? Math.round(arrivals * 0.2) : 0,
      p50Ms: 290 * Math.max(1, busy),
      p95Ms: 480 * Math.max(1, busy ** 3),
      cpuUtilisation: Math.min(1, busy),
      waiting: Math.max(0, busy - 1) * 40,
    };
  });
  const over = (of: (bin: (typeof bins)[number], supply: number, demand: number) => number) =>
    bins.reduce((sum, bin) => sum + of(bin, valueAt(ready, bin.fromSeconds), wanted(load, bin.fromSeconds)) * binSeconds, 0);
  const arrived = bins.reduce((sum, { arrivals }) => sum + arrivals, 0);
  const failed = bins.reduce((sum, each) => sum + each.failed, 0);
  const slow = bins.filter(({ p95Ms }) => p95Ms > goal.responseMs);
  const replicaSeconds = over((_, supply) => supply);
  const scale = 290 * (1 + slow.length / bins.length);
  return {
    seed: 7,
    stability:
      unstable > 0
        ? { verdict: 'unstable', why: 'utilisation 2.9 over the last quarter' }
        : { verdict: 'stable', why: 'the queue emptied' },
    counts: {
      arrived,
      succeeded: arrived - failed,
      timedOut: failed,
      refused: 0,
      refusedByProvider: 0,
      lost: 0,
      unfinished: 0,
      retries: 0,
      retriesDenied: 0,
      cacheHits: 0,
    },
    responseMs: { mean: scale * 1.1, p50: scale, p95: scale * 1.7, p99: scale * 2.6, maximum: scale * 8, sampleCount: arrived - failed },
    curve: [...Array.from({ length: 120 }, (_, place) => 100 * (1 - 10 ** (-place / 30))), 100].map((percentile) => ({
      percentile,
      ms: scale * (1 / Math.max(0.0001, 1 - percentile / 100)) ** 0.21 * 0.9,
      tailSamples: Math.round((arrived - failed) * (1 - percentile / 100)),
    })),
    stages: [
      { stage: 'gateway', ms: 1 },
      { stage: 'queue-wait', ms: scale * 1.1 - 285 },
      { stage: 'prepare', ms: 6 },
      { stage: 'embed', ms: 10 },
      { stage: 'search', ms: 18 },
      { stage: 'generate', ms: 250 },
    ],
    bins,
    demand: sampled(20, (second) => wanted(load, second)),
    ready,
    paid: ready,
    decisions: ready.slice(1).map(({ atSeconds, replicas }, place) => ({
      atSeconds,
      from: ready[place]?.replicas ?? 0,
      to: replicas,
      reason: replicas > (ready[place]?.replicas ?? 0) ? 'CpuAboveTarget' : 'DesiredWithinRange',
      signals: { cpuUtilisation: 0.83, queueLength: 12 },
    })),
    elasticity: {
      accuracyUnder: over((_, supply, demand) => Math.max(0, demand - supply)) / seconds,
      accuracyOver: over((_, supply, demand) => Math.max(0, supply - demand)) / seconds,
      timeshareUnder: over((_, supply, demand) => (supply < demand ? 1 : 0)) / seconds,
      timeshareOver: over((_, supply, demand) => (supply > demand ? 1 : 0)) / seconds,
      jitterPerMinute: ready.length / 60 - 0.4,
      instability: Math.min(1, ready.length / 120),
      sloViolationSeconds: slow.length * binSeconds,
      violatingRequestRatio: Math.min(1, (failed + slow.length * 40) / arrived),
      replicaSeconds,
      overProvisionedReplicaSeconds: over((_, supply, demand) => Math.max(0, supply - demand)),
      timeToRecoverSeconds: 75,
    },
    events: arrived * 14,
  };
}

const replications = 5;

function estimated(mean: number, part: number): SimulatedResult['estimates'][string] {
  const half = Math.abs(mean) * part;
  return { mean, interval: { low: mean - half, high: mean + half, confidence: 0.95 }, samples: replications };
}

function simulated(load: LoadId, each: Rule): SimulatedResult {
  const first = run(load, each);
  const { elasticity, responseMs, counts } = first;
  const figures: Record<string, number | undefined> = {
    ...elasticity,
    directionChangesPerHour: each.turnsPerHour,
    errorRatio: counts.timedOut / counts.arrived,
    ...(responseMs && { p50Ms: responseMs.p50, p95Ms: responseMs.p95, p99Ms: responseMs.p99 }),
  };
  const fixed = each.ready(load).length === 1;
  return {
    variant: { system, load: loads[load], goal, controller: each.controller, initialReplicas: 2, seconds },
    ...(each.id === 'hpa-cpu' && {
      staticFindings: [
        {
          check: 'warm-up-beyond-initialisation',
          path: 'metrics[0]',
          message: 'a replica is slow for 30 s after it is ready, and its CPU counts from then on',
          hint: 'let readiness wait for the warm-up',
        },
      ],
    }),
    rule: each.text,
    capacityPerReplica: { ratePerSecond: perReplica, why: 'bisected to 5 %: p95 612 ms at 40/s, 903 ms at 42/s' },
    replications,
    estimates:
      each.unstable === undefined
        ? Object.fromEntries(
            Object.entries(figures).map(([name, mean = 0]) => [name, estimated(mean, fixed && name === 'replicaSeconds' ? 0 : 0.04)]),
          )
        : {},
    unstable: each.unstable ?? 0,
    run: first,
  };
}

function variant(load: LoadId, each: Rule): Simulated {
  return {
    id: `${load}-${each.id}`,
    title: `${each.text} under ${load}`,
    resourceRule: 'equal-per-node',
    topology: {
      id: each.id,
      gateway: { replicas: 1 },
      query: { replicas: 2 },
      provider: { embeddings: 'instant', chat: 'instant' },
      vector: { shards: 3, sharding: 'hash' },
      resourceRule: 'equal-per-node',
    },
    engines: {},
    runs: [],
    metrics: {},
    curves: [],
    stages: [],
    processes: [],
    shards: [],
    errors: [],
    simulated: simulated(load, each),
  };
}

/** Two loads, five rules and both bounds: one rule flaps, one is unstable. */
export function simulatedResult(): Result {
  const base = passingResult();
  return {
    ...base,
    runId: 'scaling-rules-2026-11-21t14-02-07-s7',
    scenario: 'scaling-rules',
    title: 'Scaling rules under two loads',
    question: 'Which scaling rule keeps the goal at the lowest cost?',
    hypothesis: 'The rule that sees the queue is first to react.',
    baseline: 'spike-hpa-cpu',
    verdict: 'inconclusive',
    platform: { id: 'simulated', requested: 'simulated', why: 'the scenario is simulated' },
    validity: { verdict: 'valid', reasons: [], checks: [] },
    components: [],
    slos: [],
    checkers: [],
    comparisons: [],
    claims: [
      {
        id: 'ratio-flaps',
        statement: 'The ratio rule does not flap',
        verdict: 'refuted',
        measured: { value: 58, unit: 'per hour' },
        why: 'simulated, direction changes of the ratio rule under a spike',
      },
    ],
    provenance: { ...base.provenance, command: 'npm run scenario scaling-rules -- --profile quick --seed 7' },
    variants: (Object.keys(loads) as LoadId[]).flatMap((load) => [...rules, ...bounds].map((each) => variant(load, each))),
  };
}

/** Sixty variants: twelve rules under five loads. */
export function manySimulatedResult(): Result {
  const result = simulatedResult();
  const bases = result.variants as Simulated[];
  const titles = ['step', 'spike', 'ramp', 'diurnal', 'trace'];
  return {
    ...result,
    baseline: 'step-rule-0',
    variants: titles.flatMap((title) =>
      Array.from({ length: 12 }, (_, place): Simulated => {
        const base = bases[title === 'diurnal' || title === 'ramp' ? 7 + (place % 7) : place % 7] as Simulated;
        const { variant: asked } = base.simulated;
        return {
          ...base,
          id: `${title}-rule-${place}`,
          simulated: { ...base.simulated, variant: { ...asked, load: { ...asked.load, title } } },
        };
      }),
    ),
  };
}

/** Everything that may be absent is: one replication, no bounds, no replica, no success, no decision. */
export function bareSimulatedResult(): Result {
  const result = simulatedResult();
  const [first] = result.variants as Simulated[];
  if (first === undefined) {
    return result;
  }
  const { simulated: whole } = first;
  const { responseMs: _response, ...rest } = whole.run;
  const { staticFindings: _findings, ...bare } = whole;
  const run: SimulatedRun = {
    ...rest,
    counts: { ...rest.counts, succeeded: 0, timedOut: 0, refused: rest.counts.arrived },
    curve: [],
    stages: [],
    bins: [],
    ready: [],
    paid: [],
    decisions: [],
    demand: [],
  };
  return {
    ...result,
    verdict: 'no-data',
    claims: [],
    variants: [{ ...first, simulated: { ...bare, replications: 1, estimates: {}, run } }],
  };
}

/** Every shape of simulated result that a renderer must survive, by name. */
export const everySimulated: Readonly<Record<string, () => Result>> = {
  simulated: simulatedResult,
  'simulated-many': manySimulatedResult,
  'simulated-bare': bareSimulatedResult,
};
