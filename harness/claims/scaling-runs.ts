import type { Interval } from '../contract/common.ts';
import type { ResultVariant } from '../contract/result.ts';
import type { SimulatedResult } from '../contract/simulation.ts';
import { type Findings, type Judgement, notRun, short, undecided } from './judge.ts';

/** A variant of `scaling-rules` with its simulation. */
export interface Simulated extends SimulatedResult {
  readonly id: string;
}

const withId = ({ id, simulated }: ResultVariant): Simulated[] => (simulated === undefined ? [] : [{ id, ...simulated }]);

/** The simulated variant of that id; `undefined` where it was not run. */
export function simulatedRun({ variants }: Findings, id: string): Simulated | undefined {
  return variants.filter((each) => each.id === id).flatMap(withId)[0];
}

/** Every simulated variant whose id has this form. */
export function simulatedRuns({ variants }: Findings, form: RegExp): Simulated[] {
  return variants.filter(({ id }) => form.test(id)).flatMap(withId);
}

/** One of a pair that was not run, in the words of the run where it left it out. */
export function missing(findings: Findings, ...ids: readonly string[]): Judgement {
  const absent = ids.filter((id) => simulatedRun(findings, id) === undefined);
  return undecided(absent.map((id) => notRun(findings, `the simulated variant ${id}`, (each) => each === id)).join('; '));
}

/** A mean over replications with its interval. An unstable variant has none: whatever it is about, it is worse than any other. */
export interface Estimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

const hopeless: Estimate = { mean: Number.POSITIVE_INFINITY, low: Number.POSITIVE_INFINITY, high: Number.POSITIVE_INFINITY };

/** `undefined` where there is no interval, because there was one stable replication only, or no such figure. */
function estimateOf({ estimates, unstable }: Simulated, name: string): Estimate | undefined {
  if (unstable > 0) {
    return hopeless;
  }
  const { mean, interval } = estimates[name] ?? {};
  return mean === undefined || interval === undefined ? undefined : { mean, low: interval.low, high: interval.high };
}

/** Time in which the goal was missed, s. */
export const violationOf = (run: Simulated) => estimateOf(run, 'sloViolationSeconds');
/** Replicas that were paid for over time, s. */
export const paidOf = (run: Simulated) => estimateOf(run, 'replicaSeconds');

/**
 * How one estimate lies to another: by intervals that do not overlap. Means and intervals that agree to the last digit are those of
 * replications that went alike, because both met the same arrivals. Without an interval on both sides nothing is known.
 */
export function against(one: Estimate | undefined, other: Estimate | undefined): 'lower' | 'higher' | 'equal' | 'unknown' {
  if (one === undefined || other === undefined) {
    return 'unknown';
  }
  if (one.mean === other.mean && one.low === other.low && one.high === other.high) {
    return 'equal';
  }
  return one.high < other.low ? 'lower' : one.low > other.high ? 'higher' : 'unknown';
}

/** The interval of an estimate as a claim carries it; none where it is not finite. */
export function measuredOf(run: Simulated, name: string, unit: string, scale = 1): Judgement['measured'] {
  const { mean, interval } = estimateIn(run, name);
  if (mean === undefined) {
    return undefined;
  }
  const scaled: Interval | undefined =
    interval === undefined ? undefined : { ...interval, low: interval.low * scale, high: interval.high * scale };
  return { value: mean * scale, unit, ...(scaled === undefined ? {} : { interval: scaled }) };
}

function estimateIn({ estimates }: Simulated, name: string): { mean?: number; interval?: Interval | undefined } {
  return estimates[name] ?? {};
}

/** `for 412 s`, or that there is no such mean. */
export function missedText(run: Simulated): string {
  const { mean } = estimateIn(run, 'sloViolationSeconds');
  return mean === undefined ? 'until the end, unstable in every replication' : `for ${short(mean)} s`;
}

/** `0.84 replica-hours`, or that there is no such mean. */
export function hoursText(run: Simulated): string {
  const { mean } = estimateIn(run, 'replicaSeconds');
  return mean === undefined ? 'no mean' : `${short(mean / 3600)} replica-hours`;
}

/** What it cost and what it missed, for a sentence. */
export const costText = (run: Simulated) => `${run.id} missed the goal ${missedText(run)} at ${hoursText(run)}`;

/** A miss counts once it has lasted so long; the bins of a minute are chance in a run of an hour. */
const lastingSeconds = 60;
const fewestArrivals = 20;

/**
 * When the goal began to be missed for good in the first replication: the first bin of a minute half of whose bins miss it. `undefined`
 * where that never happened.
 */
export function missedFrom({ run: { bins }, variant: { goal, seconds } }: Simulated): number | undefined {
  const binSeconds = seconds / Math.max(1, bins.length);
  const together = Math.max(1, Math.round(lastingSeconds / binSeconds));
  const misses = bins.map(
    ({ arrivals, failed, p95Ms }) =>
      arrivals > 0 &&
      ((p95Ms === undefined ? failed > 0 : p95Ms > goal.responseMs) || (arrivals >= fewestArrivals && failed > goal.errorShare * arrivals)),
  );
  const index = misses.findIndex(
    (isMissed, first) => isMissed && misses.slice(first, first + together).filter(Boolean).length * 2 >= together,
  );
  return index === -1 ? undefined : bins[index]?.fromSeconds;
}

/** Whether the goal was kept at the end of the first replication: in most bins of its last two minutes. */
export function keptAtEnd({ run: { bins }, variant: { goal, seconds } }: Simulated): boolean {
  const last = bins.filter(({ fromSeconds, arrivals }) => fromSeconds >= seconds - 2 * lastingSeconds && arrivals > 0);
  const kept = last.filter(
    ({ p95Ms, failed, arrivals }) => p95Ms !== undefined && p95Ms <= goal.responseMs && failed <= goal.errorShare * arrivals,
  );
  return kept.length * 2 > last.length;
}

/** When the rule first asked for more replicas in the first replication; `undefined` where it never did. */
export function firstGrowth({ run: { decisions } }: Simulated): number | undefined {
  return decisions.find(({ from, to }) => to > from)?.atSeconds;
}

/** The most replicas that the load ever needed. */
export function peakDemand({ run: { demand } }: Simulated): number {
  return Math.max(0, ...demand.map(({ replicas }) => replicas));
}

/** The most that were ever ready, on average over the replications; in the first one where that is not known. */
export function peakReady({ run: { ready }, estimates }: Simulated): number {
  return estimates.peakReplicas?.mean ?? Math.max(0, ...ready.map(({ replicas }) => replicas));
}

/** What one load says of a claim. */
export interface OverLoad {
  readonly run: Simulated;
  readonly verdict: Judgement['verdict'];
  readonly text: string;
}

/**
 * What the same question says over several loads: refuted where one refutes it, confirmed where all that were wanted confirm it, otherwise
 * open. The figure is that of the load that decided.
 */
export function overLoads(found: readonly OverLoad[], wanted: number, figure: (run: Simulated) => Judgement['measured']): Judgement {
  const decisive = found.find(({ verdict }) => verdict === 'refuted') ?? found.find(({ verdict }) => verdict === 'undecided') ?? found[0];
  if (decisive === undefined) {
    return undecided('no simulated load asked this');
  }
  const measured = figure(decisive.run);
  const why = found.map(({ verdict, text }) => `${verdict}: ${text}`).join('; ');
  return decisive.verdict === 'confirmed' && found.length < wanted
    ? undecided(`${why}; ${wanted} simulated runs were to confirm it, and ${found.length} did`, measured)
    : { verdict: decisive.verdict, ...(measured === undefined ? {} : { measured }), why };
}

/** The loads over which rules stand side by side. */
export const comparedLoads = ['spike', 'step', 'ramp', 'diurnal', 'trace'] as const;
