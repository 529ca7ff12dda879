import { differenceOfShares } from '../gates/difference-of-shares.ts';
import { type Judge, notRun, placedBy, short, singleNodeFor, undecided } from './judge.ts';

/** A loss of recall that this project calls none: one hit in a hundred answers of ten would be 0.001. */
const noLoss = 0.01;
const shards = 3;

/** Merged top ten of three shards against the top ten of one node over the same documents. */
export const askbotScatterGather: Judge = (_claim, findings) => {
  const sharded =
    placedBy(findings, 'hash', shards).find(({ topology }) => topology.retrieval !== 'hybrid') ?? placedBy(findings, 'hash', shards)[0];
  if (sharded === undefined) {
    return undecided(
      notRun(findings, `a collection of ${shards} hash shards behind the query tier`, (id) => id.startsWith('router-hash-3')),
    );
  }
  const single = singleNodeFor(findings, sharded);
  const [before, after] = [single?.metrics['recall-at-10'], sharded.metrics['recall-at-10']];
  if (single === undefined || before?.interval === undefined || after?.interval === undefined) {
    return undecided(single === undefined ? 'one node with the same documents was not run' : 'recall was not measured on both sides');
  }
  const { low, high } = differenceOfShares({ value: after.value, ...after.interval }, { value: before.value, ...before.interval });
  const ratio = { value: after.value / before.value, low: 1 + low / before.value, high: 1 + high / before.value };
  const measured = {
    value: ratio.value,
    unit: 'times the single-node recall',
    interval: { low: ratio.low, high: ratio.high, confidence: 0.95 },
  };
  const straggler = sharded.costs?.fanOut;
  const slow =
    straggler === undefined
      ? ''
      : ` Fan-out ${straggler.asked}; the slowest shard takes ${short(straggler.slowestMs.p50)} ms at the median and ${short(straggler.slowestMs.p99)} ms at p99, a shard by itself ${short(straggler.oneShardMs.p50)} and ${short(straggler.oneShardMs.p99)} ms.`;
  const why = `recall@10 ${short(after.value)} of ${sharded.id} against ${short(before.value)} of ${single.id} (n = ${after.sampleCount} and ${before.sampleCount}); a loss of less than ${noLoss} counts as none.${slow}`;
  const complete = sharded.metrics['complete-answer-ratio'];
  if (complete === undefined || complete.value < 1) {
    return { ...undecided(`${why} A shard did not answer every search.`, measured), rule: sharded.resourceRule };
  }
  const verdict = high < 0 ? 'refuted' : low >= -noLoss ? 'confirmed' : 'undecided';
  return { verdict, measured, why, rule: sharded.resourceRule };
};
