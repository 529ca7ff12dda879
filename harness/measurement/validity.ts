import { countDeviation } from '../arrivals/count-deviation.ts';
import { type Arrivals, arrivalSettings } from '../contract/arrivals.ts';
import type { OperationKind } from '../contract/common.ts';
import type { Observation, Timing } from '../contract/observation.ts';
import type { Step } from '../contract/plan.ts';
import type { ValidityCheck } from '../contract/result.ts';
import type { ValidityVerdict } from '../contract/verdict.ts';
import { binomialQuantile } from './binomial.ts';
import { decode, type Histogram, merge, percentileUs } from './histogram.ts';
import type { MachineUse } from './machine-use.ts';

const microsecondsPerMillisecond = 1000;
/** A lag below this share of the reported percentile does not change what the reader concludes. */
const lagShareOfResponse = 0.1;
const lagP99FloorMs = 2;
const lagP999FloorMs = 5;
const lagConfidence = 0.95;
const maximumLoopUtilisation = 0.85;
const maximumUnsentShare = 0.001;
/** Shares of all cores; docs/adr/0013-foreign-cpu.md says why these. */
const foreignCpuLimit = 0.05;
const foreignCpuHardLimit = 0.25;
const stealLimit = 0.02;
const stealHardLimit = 0.1;
const maximumConstantRateError = 0.001;
/**
 * A correct count leaves ±3 standard deviations once in 370 windows, ±4 once in 16,000: with 3 a run of 400
 * steps would lose one to chance, with 4 one such run in 40 does.
 */
const countDeviations = 4;
/** A p99 needs a hundred samples before it is more than the maximum. */
const minimumSamplesForP99 = 100;

export interface StepValidity {
  readonly verdict: ValidityVerdict;
  /** Why the step is invalid, one sentence per broken rule; empty exactly when it is valid. */
  readonly reasons: string[];
  readonly checks: ValidityCheck[];
}

interface Judged {
  readonly check: ValidityCheck;
  /** Absent when the rule holds or cannot invalidate a step. */
  readonly reason?: string;
}

/** The merged steady-state histogram of one timing, over all kinds or one. */
function steadyHistogram(observation: Observation, timing: Timing, outcome: 'success' | 'all', kind?: OperationKind): Histogram {
  const matching = observation.histograms.filter(
    (histogram) =>
      histogram.window === 'steady' &&
      histogram.timing === timing &&
      histogram.outcome === outcome &&
      (kind === undefined || histogram.kind === kind),
  );
  return merge(matching.map((histogram) => decode(histogram.encoded)));
}

const percentileMs = (histogram: Histogram, percentile: number): number | undefined => {
  const valueUs = percentileUs(histogram, percentile);
  return valueUs === undefined ? undefined : valueUs / microsecondsPerMillisecond;
};

/**
 * The smallest percentile that the report will print for this step: a lag must be small against every one of them. Kinds
 * with too few samples for a p99 are left out unless there is nothing else. What a system that is driven past its knee answers to probes
 * is not printed.
 */
function reportedResponseMs(observation: Observation, phase: Step['phase'], percentile: number): number | undefined {
  const all = [...new Set(observation.histograms.map((histogram) => histogram.kind))];
  const kinds = phase === 'overload' ? all.filter((kind) => kind !== 'health') : all;
  const responses = kinds.map((kind) => steadyHistogram(observation, 'response', 'success', kind));
  const settled = responses.filter((response) => response.totalCount >= minimumSamplesForP99);
  const values = (settled.length > 0 ? settled : [merge(responses)]).map((response) => percentileMs(response, percentile));
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/**
 * The lower 95 % confidence bound of a percentile, from the ranks of the samples. A p99 of 240 jobs hangs on its three
 * worst: an unlucky window must not look like a late generator, and with thousands of jobs the bound is the p99 itself.
 */
function lowerBoundMs(histogram: Histogram, percentile: number): number | undefined {
  const jobs = histogram.totalCount;
  return jobs === 0
    ? undefined
    : percentileMs(histogram, (100 * (jobs - binomialQuantile(jobs, 1 - percentile / 100, lagConfidence))) / jobs);
}

/** The lag of each generator process: one that is late must not hide behind others that are not. */
function lags(observation: Observation): Histogram[] {
  const { workers } = observation.generator;
  return workers === undefined ? [steadyHistogram(observation, 'lag', 'all')] : workers.map(({ lag }) => decode(lag.encoded));
}

function judgeLag(observation: Observation, phase: Step['phase'], percentile: 99 | 99.9): Judged {
  const tail = percentile === 99.9;
  const floorMs = tail ? lagP999FloorMs : lagP99FloorMs;
  const limit = Math.max(floorMs, lagShareOfResponse * (reportedResponseMs(observation, phase, percentile) ?? 0));
  // Withholding a p99.9 needs no proof that the lag is long; it needs proof that it is not.
  const ofWorkers = lags(observation).flatMap((lag) => (tail ? percentileMs(lag, percentile) : lowerBoundMs(lag, percentile)) ?? []);
  const observed = ofWorkers.length === 0 ? undefined : Math.max(...ofWorkers);
  const title = tail ? 'generator lag p99.9' : 'generator lag p99, lower 95 % bound';
  const check = { id: tail ? 'lag-p999' : 'lag-p99', title, limit, unit: 'ms' };
  if (observed === undefined) {
    return tail
      ? { check: { ...check, verdict: 'unknown' } }
      : { check: { ...check, verdict: 'unknown' }, reason: 'No job of the steady window was started, so that nothing was measured.' };
  }
  if (observed <= limit) {
    return { check: { ...check, observed, verdict: 'pass' } };
  }
  if (tail) {
    // Without a trustworthy lag the p99.9 is not known; the other percentiles still are.
    return { check: { ...check, observed, verdict: 'unknown' } };
  }
  return {
    check: { ...check, observed, verdict: 'fail' },
    reason: `The generator started jobs late: lag p99 was at least ${observed.toFixed(2)} ms, the limit is ${limit.toFixed(2)} ms.`,
  };
}

function judgeLoopUtilisation({ generator }: Observation): Judged {
  const observed = generator.eventLoopUtilisation;
  const check = { id: 'generator-utilisation', title: 'generator event-loop utilisation', observed, limit: maximumLoopUtilisation };
  if (observed <= maximumLoopUtilisation) {
    return { check: { ...check, unit: 'share', verdict: 'pass' } };
  }
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  return {
    check: { ...check, unit: 'share', verdict: 'fail' },
    reason: `The generator was saturated: its event loop was busy ${percent(observed)} of the time, the limit is ${percent(maximumLoopUtilisation)}.`,
  };
}

/** A generator that a quota keeps from running starts its jobs late in bursts, which a percentile may hide. */
function judgeThrottling({ generator: { throttledSeconds: observed } }: Observation): Judged | undefined {
  if (observed === undefined) {
    return undefined;
  }
  const check = { id: 'generator-throttled', title: 'generator kept from running by a CPU quota', observed, limit: 0, unit: 's' };
  return observed === 0
    ? { check: { ...check, verdict: 'pass' } }
    : {
        check: { ...check, verdict: 'fail' },
        reason: `A CPU quota kept the generator from running for ${observed.toFixed(3)} s: give its control group more CPU than it needs.`,
      };
}

function judgeUnsent({ steady }: Observation, phase: Step['phase']): Judged {
  const check = { id: 'unsent-jobs', title: 'jobs of the schedule never sent', limit: maximumUnsentShare, unit: 'share' };
  if (steady.issued === 0) {
    return { check: { ...check, verdict: 'unknown' }, reason: 'The steady window has no jobs.' };
  }
  const dropped = steady.failed.dropped ?? 0;
  const observed = dropped / steady.issued;
  if (observed <= maximumUnsentShare) {
    return { check: { ...check, observed, verdict: 'pass' } };
  }
  if (phase === 'rung' || phase === 'probe') {
    return { check: { ...check, observed, verdict: 'unknown' } };
  }
  return {
    check: { ...check, observed, verdict: 'fail' },
    reason: `The offered load did not reach the system: ${dropped} of ${steady.issued} jobs (${(observed * 100).toFixed(2)} %) found no free connection before their deadline, the limit is ${maximumUnsentShare * 100} %.`,
  };
}

/** How far the count may be from the expected one, as a share of it. */
function rateErrorLimit(arrivals: Arrivals, expectedJobs: number, seconds: number): number {
  const { process } = arrivalSettings(arrivals);
  if (process === 'constant') {
    // A window may hold one job more or less than its length times the rate.
    return Math.max(maximumConstantRateError, 1 / expectedJobs);
  }
  return ((countDeviation(arrivals, expectedJobs, seconds) ?? 0) * countDeviations) / expectedJobs;
}

function judgeRate({ steady }: Observation, step: Step, arrivals: Arrivals, plannedJobs: number | undefined): Judged | undefined {
  const { ratePerSecond } = step;
  if (ratePerSecond === undefined) {
    // In a closed loop the answers decide how much is asked: there is no rate that could have been missed.
    return undefined;
  }
  const check = { id: 'rate-error', title: 'error of the realised arrival rate', unit: 'share' };
  const replayed = arrivalSettings(arrivals).process === 'trace';
  // What was recorded decides how many jobs a window of a replay holds; its mean rate is no forecast of one window.
  const expected = replayed ? plannedJobs : ratePerSecond * step.steadySeconds;
  if (expected === undefined || expected === 0) {
    return { check: { ...check, limit: 0, verdict: 'unknown' }, reason: 'The replay planned no job in the steady window.' };
  }
  const limit = rateErrorLimit(arrivals, expected, step.steadySeconds);
  const observed = Math.abs(steady.issued - expected) / expected;
  // The counts are whole numbers; the tolerance only absorbs floating point in a limit that is met exactly.
  if (observed <= limit * (1 + 1e-9)) {
    return { check: { ...check, observed, limit, verdict: 'pass' } };
  }
  return {
    check: { ...check, observed, limit, verdict: 'fail' },
    reason: `The arrival rate was wrong: ${steady.issued} jobs were issued where ${expected} were planned (error ${(observed * 100).toFixed(2)} %, limit ${(limit * 100).toFixed(2)} %).`,
  };
}

/** What others did to the machine in the steady window of a step. */
export interface Surroundings {
  /** Undefined where nothing tells. */
  readonly use: MachineUse | undefined;
  /** Does more than the hard limit invalidate the step? Otherwise it is only told. */
  readonly isStrict: boolean;
}

interface Disturbance {
  readonly id: string;
  readonly title: string;
  readonly observed: number | undefined;
  /** Beyond it response times decide nothing. */
  readonly limit: number;
  /** Beyond it nothing does. */
  readonly hardLimit: number;
  readonly culprit: string;
}

/** Up to its limit a disturbance is none; up to the hard one it leaves open what the response times say. */
function judgeDisturbance({ hardLimit, culprit, observed, ...check }: Disturbance, isStrict: boolean): Judged {
  if (observed === undefined) {
    return { check: { ...check, unit: 'share', verdict: 'unknown' } };
  }
  const known = { ...check, observed, unit: 'share' };
  if (observed <= check.limit) {
    return { check: { ...known, verdict: 'pass' } };
  }
  if (!isStrict || observed <= hardLimit) {
    return { check: { ...known, verdict: 'unknown' } };
  }
  return {
    check: { ...known, verdict: 'fail' },
    reason: `${culprit} took ${(observed * 100).toFixed(1)} % of the machine's CPU, more than ${hardLimit * 100} %: response times were theirs as much as the system's.`,
  };
}

function judgeSurroundings({ use, isStrict }: Surroundings): Judged[] {
  const foreign = { id: 'foreign-cpu', title: 'CPU used by other processes', observed: use?.foreignShare, limit: foreignCpuLimit };
  const steal = { id: 'cpu-steal', title: 'CPU taken by the hypervisor', observed: use?.stealShare, limit: stealLimit };
  return [
    judgeDisturbance({ ...foreign, hardLimit: foreignCpuHardLimit, culprit: 'Other processes' }, isStrict),
    judgeDisturbance({ ...steal, hardLimit: stealHardLimit, culprit: 'The hypervisor' }, isStrict),
  ];
}

/**
 * Can the figures of a step be trusted? Beyond the knee (`rung` and `probe` steps) jobs that found no free connection are the
 * system's failure and not the generator's. Invalid when the generator was late or saturated or the planned load was not
 * offered. `arrivals` is the process of the workload, which decides how far a count may be from its mean; the count of a
 * replay is judged by `plannedJobs`, the jobs of its schedule in the steady window. The lag of a closed loop counts from the end
 * of a user's think time, and its rate cannot be wrong, because the answers decide it. Of several workers the worst decides. A `lag-p999` check that is not
 * `pass` never invalidates a step: it withholds the p99.9, see `withholdsP999`. Where the surroundings are given, what others took of
 * the machine is told, and invalidates a strict step (docs/adr/0013-foreign-cpu.md).
 */
export function judgeStep(
  observation: Observation,
  step: Step,
  arrivals: Arrivals,
  plannedJobs?: number,
  surroundings?: Surroundings,
): StepValidity {
  const judged = [
    judgeLag(observation, step.phase, 99),
    judgeLag(observation, step.phase, 99.9),
    judgeLoopUtilisation(observation),
    judgeThrottling(observation),
    judgeUnsent(observation, step.phase),
    judgeRate(observation, step, arrivals, plannedJobs),
    ...(surroundings === undefined ? [] : judgeSurroundings(surroundings)),
  ].filter((one) => one !== undefined);
  const reasons = judged.flatMap(({ reason }) => (reason === undefined ? [] : [reason]));
  return { verdict: reasons.length === 0 ? 'valid' : 'invalid', reasons, checks: judged.map(({ check }) => check) };
}

/** True when the lag was too long, or unknown, for a p99.9 to be printed. */
export function withholdsP999(checks: readonly ValidityCheck[]): boolean {
  return checks.find(({ id }) => id === 'lag-p999')?.verdict !== 'pass';
}
