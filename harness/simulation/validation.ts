import { randomStream } from '../../system/policies/random-stream.ts';
import type { ScalingRule } from '../autoscaling/scaling-rule.ts';
import type { ServiceTime, SimulatedRun } from '../contract/simulation.ts';
import { meanEstimate } from '../measurement/student-t.ts';
import {
  forkJoinBoundsMs,
  lossShare,
  meanSharedMs,
  meanWaitGeneralMs,
  meanWaitLimitedMs,
  meanWaitMs,
  waitingShare,
  waitQuantileMs,
} from './closed-forms.ts';
import { serviceTimes } from './draws.ts';
import { instantSystem } from './instant-system.ts';
import { simulateQueue, simulateSharing } from './queue-model.ts';
import { simulate } from './simulate.ts';

/** What one run of a model gave, by the name of the figure. */
type Figures = Readonly<Record<string, number>>;

/** A figure that theory knows. */
interface Expectation {
  readonly figure: string;
  /** The exact value, or the bounds between which it must lie. */
  readonly exact: number | { readonly lowest: number; readonly highest: number };
  /** The mean of ten runs of a million requests may be off by so much of it. */
  readonly toleranceRatio: number;
}

/** A model that theory solves, and how the simulator runs it. */
export interface ValidationCase {
  readonly title: string;
  /** A station alone, or the whole reference system with everything else taking no time. */
  readonly through: 'station' | 'reference system';
  readonly expected: readonly Expectation[];
  /** One run with so many requests. */
  readonly run: (seed: number, requests: number) => Figures;
}

/** Arrivals per ms of all cases. */
const arrivalRate = 0.1;
const meanTolerance = (rho: number) => (rho > 0.8 ? 0.02 : 0.01);
const quantileTolerance = 0.03;

const exponential = (meanMs: number): ServiceTime => ({ distribution: 'exponential', meanMs });

const sum = (values: Float64Array, of: (value: number) => number) => values.reduce((total, value) => total + of(value), 0);

/** A station by itself: service times of mean `servers · rho / λ`. */
function station(
  title: string,
  rho: number,
  servers: number,
  serviceTime: (meanMs: number) => ServiceTime,
  expected: (queue: { arrivalRate: number; serviceRate: number }) => Expectation[],
  queueLimit?: number,
): ValidationCase {
  const meanMs = (servers * rho) / arrivalRate;
  const queue = { arrivalRate, serviceRate: 1 / meanMs };
  return {
    title: `${title}, utilisation ${rho}`,
    through: 'station',
    expected: expected(queue),
    run(seed, requests) {
      const gaps = serviceTimes(exponential(1 / arrivalRate), randomStream(seed, 'validation:arrivals'));
      const services = serviceTimes(serviceTime(meanMs), randomStream(seed, 'validation:service'));
      const { waitsMs, ...result } = simulateQueue({
        servers,
        ...(queueLimit !== undefined && { queueLimit }),
        nextGapMs: () => gaps.next(),
        nextServiceMs: () => services.next(),
        customers: requests,
        fillers: Math.ceil(requests / 50),
      });
      const sorted = waitsMs.toSorted();
      const quantile = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
      return {
        'mean wait': result.meanWaitMs,
        'share that waits': sum(waitsMs, (ms) => (ms > 0 ? 1 : 0)) / waitsMs.length,
        'p95 wait': quantile(0.95),
        'p99 wait': quantile(0.99),
        'share lost': result.lostShare,
        // Over time by over customers: 1 by Little's law.
        'L ÷ λT': result.meanInSystem / (result.admittedPerMs * result.meanTimeMs),
        'busy servers': result.meanInService,
      };
    },
  };
}

function queueExpectations(rho: number, servers: number) {
  return (queue: { arrivalRate: number; serviceRate: number }): Expectation[] => [
    { figure: 'mean wait', exact: meanWaitMs(queue, servers), toleranceRatio: meanTolerance(rho) },
    { figure: 'share that waits', exact: waitingShare(queue, servers), toleranceRatio: meanTolerance(rho) },
    { figure: 'p95 wait', exact: waitQuantileMs(queue, servers, 0.95), toleranceRatio: quantileTolerance },
    { figure: 'p99 wait', exact: waitQuantileMs(queue, servers, 0.99), toleranceRatio: quantileTolerance },
    { figure: 'L ÷ λT', exact: 1, toleranceRatio: 0.001 },
    { figure: 'busy servers', exact: rho * servers, toleranceRatio: 0.01 },
  ];
}

function sharing(title: string, rho: number, serviceTime: (meanMs: number) => ServiceTime): ValidationCase {
  const meanMs = rho / arrivalRate;
  return {
    title: `${title}, utilisation ${rho}`,
    through: 'station',
    expected: [{ figure: 'mean time', exact: meanSharedMs({ arrivalRate, serviceRate: 1 / meanMs }), toleranceRatio: meanTolerance(rho) }],
    run(seed, requests) {
      const gaps = serviceTimes(exponential(1 / arrivalRate), randomStream(seed, 'validation:arrivals'));
      const services = serviceTimes(serviceTime(meanMs), randomStream(seed, 'validation:service'));
      return {
        'mean time': simulateSharing({
          nextGapMs: () => gaps.next(),
          nextServiceMs: () => services.next(),
          customers: requests,
          fillers: Math.ceil(requests / 50),
        }),
      };
    },
  };
}

/** A rule that never changes anything. */
const still: ScalingRule = {
  intervalMs: 3_600_000,
  initialState: undefined,
  decide: ({ replicas }) => ({ desiredReplicas: replicas, reason: 'Still', state: undefined }),
};

/** The whole reference system, made into a model that theory knows by what takes time in it. */
function reference(
  title: string,
  system: Parameters<typeof instantSystem>[0],
  figures: (run: SimulatedRun) => Figures,
  expected: readonly Expectation[],
): ValidationCase {
  return {
    title,
    through: 'reference system',
    expected,
    run: (seed, requests) =>
      figures(
        simulate({
          system: instantSystem(system),
          load: { title: 'validation', arrivals: 'poisson', profile: { shape: 'constant', ratePerSecond: arrivalRate * 1000 } },
          goal: { percentile: 95, responseMs: 1000, errorShare: 0.01 },
          seconds: requests / (arrivalRate * 1000),
          seed,
          initialReplicas: 1,
          controller: { rule: still },
          demand: [{ atMs: 0, replicas: 1 }],
        }),
      ),
  };
}

const stage = (run: SimulatedRun, name: string) => run.stages.find((one) => one.stage === name)?.ms ?? Number.NaN;

/** The reference system as M/M/c: `serversIn` puts the servers where they are, `waits` names the stage of the wait. */
function referenceQueue(
  where: string,
  waits: string,
  rho: number,
  servers: number,
  serversIn: (meanMs: number) => Parameters<typeof instantSystem>[0],
): ValidationCase {
  const meanMs = (servers * rho) / arrivalRate;
  const exact = meanWaitMs({ arrivalRate, serviceRate: 1 / meanMs }, servers);
  return reference(
    `M/M/${servers} ${where}, utilisation ${rho}`,
    serversIn(meanMs),
    (run) => ({
      'mean wait': waits === 'search' ? stage(run, waits) - meanMs : stage(run, waits),
      'mean response': run.responseMs?.mean ?? Number.NaN,
    }),
    [
      { figure: 'mean wait', exact, toleranceRatio: meanTolerance(rho) },
      { figure: 'mean response', exact: exact + meanMs, toleranceRatio: meanTolerance(rho) },
    ],
  );
}

function referenceLoss(rho: number, servers: number, places: number): ValidationCase {
  const meanMs = (servers * rho) / arrivalRate;
  const queue = { arrivalRate, serviceRate: 1 / meanMs };
  return reference(
    `M/M/${servers}/${places} at the slots, utilisation ${rho}`,
    { query: { concurrency: servers, queueLimit: places - servers }, embed: exponential(meanMs) },
    (run) => ({ 'share lost': run.counts.refused / run.counts.arrived, 'mean wait': stage(run, 'wait for a slot') }),
    [
      { figure: 'share lost', exact: lossShare(queue, servers, places), toleranceRatio: 0.02 },
      { figure: 'mean wait', exact: meanWaitLimitedMs(queue, servers, places), toleranceRatio: meanTolerance(rho) },
    ],
  );
}

function forkJoin(rho: number, branches: number): ValidationCase {
  const meanMs = rho / arrivalRate;
  const { lowest, highest } = forkJoinBoundsMs({ arrivalRate, serviceRate: 1 / meanMs }, branches);
  return reference(
    `fork–join of ${branches} M/M/1, utilisation ${rho}`,
    { vector: { shards: branches, concurrency: 1, serviceTime: exponential(meanMs) } },
    (run) => ({ 'mean response': run.responseMs?.mean ?? Number.NaN }),
    [{ figure: 'mean response', exact: lowest === highest ? lowest : { lowest, highest }, toleranceRatio: meanTolerance(rho) }],
  );
}

/** A single M/M/1 whose response times are exponential, so that their percentiles are known too. */
function responsePercentiles(rho: number): ValidationCase {
  const meanMs = rho / arrivalRate;
  const rate = 1 / meanMs - arrivalRate;
  return reference(
    `M/M/1 on the CPU, percentiles of the response time, utilisation ${rho}`,
    { query: { prepare: exponential(meanMs) } },
    ({ responseMs }) => ({ p50: responseMs?.p50 ?? Number.NaN, p95: responseMs?.p95 ?? Number.NaN, p99: responseMs?.p99 ?? Number.NaN }),
    [
      { figure: 'p50', exact: Math.log(2) / rate, toleranceRatio: quantileTolerance },
      { figure: 'p95', exact: Math.log(20) / rate, toleranceRatio: quantileTolerance },
      { figure: 'p99', exact: Math.log(100) / rate, toleranceRatio: quantileTolerance },
    ],
  );
}

const lossExpectations =
  (rho: number, servers: number, places: number) =>
  (queue: { arrivalRate: number; serviceRate: number }): Expectation[] => [
    { figure: 'share lost', exact: lossShare(queue, servers, places), toleranceRatio: 0.02 },
    { figure: 'mean wait', exact: meanWaitLimitedMs(queue, servers, places), toleranceRatio: meanTolerance(rho) },
    { figure: 'L ÷ λT', exact: 1, toleranceRatio: 0.001 },
  ];

const general =
  (rho: number, cv: number) =>
  (queue: { arrivalRate: number; serviceRate: number }): Expectation[] => [
    { figure: 'mean wait', exact: meanWaitGeneralMs(queue, cv), toleranceRatio: meanTolerance(rho) },
    { figure: 'L ÷ λT', exact: 1, toleranceRatio: 0.001 },
  ];

const gamma = (cv: number) => (meanMs: number) => ({ distribution: 'gamma', meanMs, cv }) as const;
const lognormal = (cv: number) => (meanMs: number) => ({ distribution: 'lognormal', meanMs, cv }) as const;
const constant = (ms: number) => ({ distribution: 'constant', ms }) as const;
/** Uniform from 0 to twice the mean: CV² is a third. */
const uniform = (meanMs: number): ServiceTime => ({
  distribution: 'empirical',
  quantiles: [
    { percentile: 0, ms: 0 },
    { percentile: 100, ms: 2 * meanMs },
  ],
});

/** Everything that the simulator is held to, see `closed-forms.ts`. */
export const validationCases: readonly ValidationCase[] = [
  ...[0.5, 0.8, 0.9].map((rho) => station('M/M/1', rho, 1, exponential, queueExpectations(rho, 1))),
  station('M/M/3', 0.8, 3, exponential, queueExpectations(0.8, 3)),
  station('M/M/10', 0.9, 10, exponential, queueExpectations(0.9, 10)),
  station('M/D/1', 0.8, 1, constant, general(0.8, 0)),
  station('M/G/1 (gamma, CV 0.5)', 0.8, 1, gamma(0.5), general(0.8, 0.5)),
  station('M/G/1 (gamma, CV 1.5)', 0.8, 1, gamma(1.5), general(0.8, 1.5)),
  station('M/G/1 (lognormal, CV 1)', 0.7, 1, lognormal(1), general(0.7, 1)),
  station('M/G/1 (uniform from its quantiles)', 0.8, 1, uniform, general(0.8, Math.sqrt(1 / 3))),
  station('M/M/1/5', 0.9, 1, exponential, lossExpectations(0.9, 1, 5), 4),
  station('M/M/3/8', 1.2, 3, exponential, lossExpectations(1.2, 3, 8), 5),
  sharing('M/M/1-PS', 0.8, exponential),
  sharing('M/G/1-PS (gamma, CV 2)', 0.7, gamma(2)),
  sharing('M/D/1-PS', 0.8, constant),
  referenceQueue('on the CPU', 'wait for own work', 0.8, 1, (meanMs) => ({ query: { prepare: exponential(meanMs) } })),
  referenceQueue('on the CPU', 'wait for own work', 0.9, 4, (meanMs) => ({ query: { cores: 4, finish: exponential(meanMs) } })),
  referenceQueue('at the slots', 'wait for a slot', 0.8, 3, (meanMs) => ({ query: { concurrency: 3 }, embed: exponential(meanMs) })),
  referenceQueue('at a vector node', 'search', 0.8, 2, (meanMs) => ({ vector: { concurrency: 2, serviceTime: exponential(meanMs) } })),
  referenceQueue('at the provider', 'wait for the model', 0.8, 5, (meanMs) => ({
    provider: { slots: 5, generate: exponential(meanMs) },
  })),
  referenceLoss(0.9, 2, 6),
  responsePercentiles(0.8),
  forkJoin(0.8, 2),
  forkJoin(0.8, 3),
  forkJoin(0.5, 8),
];

export interface Comparison {
  readonly figure: string;
  readonly exact: { readonly lowest: number; readonly highest: number };
  readonly toleranceRatio: number;
  readonly mean: number;
  /** Of the mean over the replications. */
  readonly interval: { readonly low: number; readonly high: number };
  /** By how much of it the mean misses the exact value, or the nearer bound; 0 between bounds. */
  readonly errorRatio: number;
}

/** Runs a case once for each seed and compares the means with what theory says. */
export function compare({ expected, run }: ValidationCase, seeds: number, requests: number, confidence: number): Comparison[] {
  const runs = Array.from({ length: seeds }, (_, index) => run(index + 1, requests));
  return expected.map(({ figure, exact, toleranceRatio }) => {
    const { mean, interval = { low: Number.NaN, high: Number.NaN } } = meanEstimate(
      runs.map((figures) => figures[figure] ?? Number.NaN),
      confidence,
    );
    const bounds = typeof exact === 'number' ? { lowest: exact, highest: exact } : exact;
    const errorRatio = mean > bounds.highest ? mean / bounds.highest - 1 : mean < bounds.lowest ? mean / bounds.lowest - 1 : 0;
    return { figure, exact: bounds, toleranceRatio, mean, interval, errorRatio };
  });
}
