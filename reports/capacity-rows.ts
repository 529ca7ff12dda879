import type { Capacity } from '../harness/contract/capacity.ts';
import type { Result } from '../harness/contract/result.ts';
import { absent, count, significant } from './numbers.ts';
import type { Strings } from './strings.ts';
import { limitInUnit } from './validity-text.ts';

export interface SearchedVariant {
  readonly id: string;
  readonly capacity: Capacity;
}

/** The variants whose capacity was searched. */
export function searchedVariants({ variants }: Result): SearchedVariant[] {
  return variants.flatMap(({ id, capacity }) => (capacity === undefined ? [] : [{ id, capacity }]));
}

/** The limits as they were set, which all variants of a run share. */
export function capacityLimits({ limits }: Capacity, s: Strings): string {
  const { kind, percentile, responseMs, errorShare, achievedRatio } = limits;
  return s.capacity.subtitle(
    s.kind[kind],
    String(percentile),
    limitInUnit(responseMs, 'ms'),
    limitInUnit(errorShare, 'share'),
    String(achievedRatio),
  );
}

/** Held, failed at, number of probes, answer. A rate that is no answer is not printed as one. */
export function capacityCells({ outcome, ratePerSecond, failedAtPerSecond, probes, reason }: Capacity, s: Strings): string[] {
  const rate = (value: number | undefined) => (value === undefined ? absent : significant(value));
  return [rate(ratePerSecond), rate(failedAtPerSecond), count(probes.length), `${s.capacity.outcome[outcome]}: ${reason}`];
}

/** One line per probe, in the order in which they were made. */
export function probeRows({ probes }: Capacity, s: Strings): string[][] {
  return probes.map(({ stepId, phase, ratePerSecond, achievedPerSecond, responseMs, sampleCount, drift, verdict, reason }) => [
    stepId,
    s.capacity.phase[phase],
    significant(ratePerSecond),
    significant(achievedPerSecond),
    responseMs === undefined ? absent : significant(responseMs),
    count(sampleCount),
    drift === undefined ? absent : significant(drift * 100),
    s.capacity.verdict[verdict],
    reason,
  ]);
}
