import { boundOf, type Judge, notRun, placedBy, undecided } from './judge.ts';

const leastChanges = 1000;

/** Updates and deletions by id after a random placement, counted on the nodes themselves. */
export const systemRandomPlacement: Judge = (claim, findings) => {
  const allowed = boundOf(claim);
  const random = placedBy(findings, 'random').find(({ changeAudit }) => changeAudit !== undefined) ?? placedBy(findings, 'random')[0];
  if (random === undefined) {
    return undecided(notRun(findings, 'random placement', (id) => id.includes('random')));
  }
  const { changeAudit, resourceRule: rule } = random;
  if (changeAudit === undefined) {
    return { ...undecided(`${random.id} ran, but its documents were not changed by id afterwards`), rule };
  }
  const { updated, deleted, duplicates, survivors, lost, stale } = changeAudit;
  const changes = updated + deleted;
  const misrouted = duplicates + survivors + lost + stale;
  const measured = { value: misrouted, unit: 'misrouted lookups' };
  const why = `${updated} updates and ${deleted} deletions by id on ${random.id}, then every point of every shard was read: ${duplicates} duplicates, ${survivors} survivors, ${lost} lost, ${stale} with an older content. Every one was counted, so the figure has no interval.`;
  if (misrouted > allowed) {
    return { verdict: 'refuted', measured, why, rule };
  }
  return changes < leastChanges
    ? { ...undecided(`${why} ${leastChanges} changes are needed.`, measured), rule }
    : { verdict: 'confirmed', measured, why, rule };
};
