import { type Judge, short, undecided } from './judge.ts';
import { against, hoursText, missing, paidOf, simulatedRun } from './scaling-runs.ts';

const zeroId = 'cold-keda-zero';
const warmId = 'cold-static-at-peak';
const leastStarts = 20;
const leastTimes = 2;

/** How long the first who come to a service at zero wait, against a warm replica's P99. */
export const systemServerlessColdStart: Judge = (_claim, findings) => {
  const zero = simulatedRun(findings, zeroId);
  const warm = simulatedRun(findings, warmId);
  if (zero === undefined || warm === undefined) {
    return missing(findings, zeroId, warmId);
  }
  const { ready, bins } = zero.run;
  const starts = ready.filter(({ replicas }, index) => replicas > 0 && ready[index - 1]?.replicas === 0).length;
  // Who comes after nobody came for a while is the first of a busy spell.
  const firstBins = bins.filter(({ arrivals }, index) => arrivals > 0 && bins[index - 1]?.arrivals === 0);
  const times = firstBins.flatMap(({ p50Ms }) => p50Ms ?? []).toSorted((a, b) => a - b);
  const unanswered = firstBins.length - times.length;
  const first = times[Math.floor(times.length / 2)];
  const warmP99 = warm.estimates.p99Ms?.mean;
  if (first === undefined || warmP99 === undefined || starts < leastStarts) {
    return undecided(`${starts} simulated cold starts, ${leastStarts} are needed`);
  }
  const measured = { value: first, unit: 'ms' };
  const why = `over ${starts} simulated cold starts half of those who came first waited ${short(first)} ms${unanswered === 0 ? '' : `, and ${unanswered} times nobody of them was answered`}; P99 of one warm replica is ${short(warmP99)} ms; ${hoursText(zero)} against ${hoursText(warm)}`;
  const paid = against(paidOf(zero), paidOf(warm));
  if (paid === 'unknown') {
    return undecided(`${why}; the intervals of the replica-hours overlap`, measured);
  }
  return { verdict: first > leastTimes * warmP99 && paid === 'lower' ? 'confirmed' : 'refuted', measured, why };
};
