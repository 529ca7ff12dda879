import type { SloResult } from '../harness/contract/result.ts';
import { type SloObservation, tailSamples, type WorstSlo } from './findings.ts';
import { absent, count, figure, interval, joined, signedPercent, threshold } from './numbers.ts';
import type { Strings } from './strings.ts';

/** `p99 search response time ≤ 100 ms` */
export function objective(slo: SloResult, s: Strings): string {
  return `${s.metricTitle(slo.metric)} ${slo.comparator === 'le' ? '≤' : '≥'} ${joined(threshold(slo.metric, slo.limit))}`;
}

export interface ObservedText {
  readonly value: string;
  /** Interval, or what is known instead of one. */
  readonly bounds: string | undefined;
}

/** The observed value and its interval, each as text; a dash where nothing was observed. */
export function observed(slo: SloResult, observation: SloObservation): ObservedText {
  if (observation.observed === undefined) {
    return { value: absent, bounds: undefined };
  }
  const { interval: bounds } = observation;
  return {
    value: joined(figure(slo.metric, observation.observed)),
    bounds: bounds && interval(slo.metric, observation.observed, bounds),
  };
}

/** What was measured of the variants that are not held to the goal, a sentence each. */
export function measuredOnly(slo: SloResult, s: Strings): string[] {
  return (slo.measuredOnly ?? []).map(({ variant, observed: value, why }) =>
    s.slo.measuredOnly(variant, value === undefined ? absent : joined(figure(slo.metric, value)), why),
  );
}

/** `−18.0 %`, or a dash where the observation has no margin. */
export function margin(observation: SloObservation): string {
  return observation.margin === undefined ? absent : `${signedPercent(observation.margin)} %`;
}

/** `tail 720 of 72,000` for tail percentiles, the count for all others. */
export function samples(slo: SloResult, observation: SloObservation, s: Strings): string {
  if (observation.sampleCount === 0) {
    return absent;
  }
  const tail = tailSamples(slo.metric, observation.sampleCount);
  return tail === undefined ? count(observation.sampleCount) : s.slo.tail(count(tail), count(observation.sampleCount));
}

/** The same, readable outside a column of samples. */
export function sampleText(slo: SloResult, observation: SloObservation, s: Strings): string {
  return tailSamples(slo.metric, observation.sampleCount) === undefined || observation.sampleCount === 0
    ? s.variants.samples(samples(slo, observation, s))
    : samples(slo, observation, s);
}

/** The sentence of one SLO: what was observed where, against which limit, with what margin. */
export function sloSentence({ slo, observation }: WorstSlo, s: Strings): string {
  const { value, bounds } = observed(slo, observation);
  if (value === absent) {
    return s.slo.notObserved(s.metricTitle(slo.metric), observation.variant, observation.why);
  }
  const title = s.metricTitle(slo.metric);
  const figures = bounds === undefined ? value : `${value} (${bounds})`;
  const limit = joined(threshold(slo.metric, slo.limit));
  const marginText = margin(observation);
  if (observation.verdict === 'unknown') {
    return s.slo.undecided(title, observation.variant, figures, limit, observation.why);
  }
  return s.slo.sentence(title, observation.variant, figures, limit, slo.comparator, observation.verdict === 'pass', marginText);
}
