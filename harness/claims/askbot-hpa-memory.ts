import { type Judge, undecided } from './judge.ts';
import { firstGrowth, missing, simulatedRun } from './scaling-runs.ts';

const id = 'spike-memory-hpa';

/** Memory alone, through a spike and its end. */
export const askbotHpaMemory: Judge = (_claim, findings) => {
  const found = simulatedRun(findings, id);
  if (found === undefined) {
    return missing(findings, id);
  }
  const { run, variant } = found;
  const grewAt = firstGrowth(found);
  const atEnd = run.ready.at(-1)?.replicas ?? 0;
  const highest = Math.max(...run.ready.map(({ replicas }) => replicas));
  const measured = { value: atEnd, unit: 'replicas at the end' };
  if (grewAt === undefined) {
    return undecided('memory never reached its target in the simulation', measured);
  }
  const failedAt = run.bins.find(({ failed }) => failed > 0)?.fromSeconds;
  const text = `in the simulation memory asked for more at ${Math.round(grewAt)} s, requests ${failedAt === undefined ? 'never failed' : `failed from ${Math.round(failedAt)} s`}, and of ${highest} replicas ${atEnd} were left at the end`;
  if (variant.system.source.kind !== 'measured') {
    return undecided(`${text}; what a request holds, and what of it is given back, was assumed and not measured`, measured);
  }
  if (atEnd === highest && highest > variant.initialReplicas) {
    return { verdict: 'refuted', measured, why: `${text}: memory never falls and keeps them` };
  }
  return failedAt === undefined || grewAt < failedAt
    ? { verdict: 'confirmed', measured, why: text }
    : undecided(`${text}: memory came after the failures, and let go afterwards`, measured);
};
