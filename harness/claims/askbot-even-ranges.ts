import { boundOf, documentsOf, type Judge, notRun, placedBy, short, undecided } from './judge.ts';

/** `eq` without another band. */
const band = 0.1;
/** The source speaks of a million documents; a size beyond 1.5 × the measured one is not decided by it. */
const sourceDocuments = 1_000_000;
const reach = 1.5;
const shards = 3;

/** Three ranges after their fill, and again after more documents came in the order of their creation. */
export const askbotEvenRanges: Judge = (claim, findings) => {
  const share = boundOf(claim);
  const ranges =
    placedBy(findings, 'range', shards).find(({ changeAudit }) => changeAudit !== undefined) ?? placedBy(findings, 'range', shards)[0];
  if (ranges === undefined) {
    return undecided(notRun(findings, `a collection of ${shards} ranges`, (id) => id.includes('range')));
  }
  const { changeAudit, resourceRule: rule } = ranges;
  if (changeAudit === undefined || changeAudit.added === 0) {
    return { ...undecided(`${ranges.id} was filled evenly by construction, and nothing was added afterwards`), rule };
  }
  const sharesOf = (points: readonly number[]) => {
    const total = points.reduce((sum, each) => sum + each, 0);
    return points.map((each) => each / total);
  };
  const [before, after] = [sharesOf(changeAudit.pointsPerShardBefore), sharesOf(changeAudit.pointsPerShardAfter)];
  const fullest = Math.max(...after);
  const measured = { value: fullest, unit: 'share of the documents on the fullest shard' };
  const text = (shares: readonly number[]) => shares.map((each) => `${short(each * 100)} %`).join(', ');
  const why = `${ranges.id}: ${text(before)} after the fill, ${text(after)} after ${changeAudit.added} more documents in the order of their creation. Every point was counted, so the figure has no interval. A search asks all ranges whatever its time, so requests per shard stay even.`;
  if (after.some((each) => Math.abs(each / share - 1) > band)) {
    return { verdict: 'refuted', measured, why: `${why} The last range takes what is new.`, rule };
  }
  return documentsOf(ranges) * reach < sourceDocuments
    ? {
        ...undecided(`${why} Even so far, but a million documents are more than ${reach} × the measured ${documentsOf(ranges)}.`, measured),
        rule,
      }
    : { verdict: 'confirmed', measured, why, rule };
};
