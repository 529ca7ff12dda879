import { type Judge, undecided } from './judge.ts';
import { against, firstGrowth, keptAtEnd, measuredOf, missedText, missing, simulatedRun, violationOf } from './scaling-runs.ts';

const ratioId = 'slots-ratio';
const cpuId = 'slots-askbot-hpa';
const queueLimit = 100;

/** A service whose slots are full while its CPU hardly works. */
export const engineeringScaleQueue100: Judge = (_claim, findings) => {
  const ratio = simulatedRun(findings, ratioId);
  const cpu = simulatedRun(findings, cpuId);
  if (ratio === undefined || cpu === undefined) {
    return missing(findings, ratioId, cpuId);
  }
  const measured = measuredOf(ratio, 'sloViolationSeconds', 's');
  const grewByQueue = ratio.run.decisions.some(({ reason }) => reason === 'QueueHigh');
  if (!grewByQueue) {
    const waiting = Math.max(...ratio.run.bins.map((bin) => bin.waiting));
    return undecided(
      `the rule never saw more than ${queueLimit} waiting in the simulation; ${Math.round(waiting)} at most on average over a bin`,
      measured,
    );
  }
  const fired = firstGrowth(cpu) !== undefined;
  const why = `where slots and not CPU are full, the simulated queue rule missed the goal ${missedText(ratio)}, the CPU rule, which ${fired ? 'did fire' : 'never fired'}, ${missedText(cpu)}`;
  const figure = measured === undefined ? {} : { measured };
  if (!keptAtEnd(ratio)) {
    return { verdict: 'refuted', ...figure, why: `${why}; two nodes per decision did not follow the queue to the end` };
  }
  return against(violationOf(ratio), violationOf(cpu)) === 'lower' && !fired
    ? { verdict: 'confirmed', ...figure, why }
    : undecided(fired ? `${why}: CPU was not low enough to tell` : `${why}; the intervals overlap`, measured);
};
