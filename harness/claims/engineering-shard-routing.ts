import { type Judge, notRun, placedBy, short, singleNodeFor, undecided } from './judge.ts';

/** The share of the full result's recall that routing has to keep. */
const leastShare = 0.95;

/** Asking only the shards whose centroids are near against asking all, over the same documents. */
export const engineeringShardRouting: Judge = (_claim, findings) => {
  const routed = placedBy(findings, 'semantic')[0];
  if (routed === undefined) {
    return undecided(
      notRun(findings, 'a placement by meaning', (id) => id.includes('semantic')) +
        '; under hash placement no shard is irrelevant, so there is nothing to route by',
    );
  }
  const { shards } = routed.topology.vector;
  const sameSize = (id: string) => findings.variants.find((each) => each.id === id);
  const full = placedBy(findings, 'hash', shards).find(
    (each) =>
      each.resourceRule === routed.resourceRule &&
      each.topology.retrieval === routed.topology.retrieval &&
      each.costs?.documents === routed.costs?.documents,
  );
  const fanOut = routed.metrics['fan-out'];
  const [recall, reference] = [
    routed.metrics['recall-at-10'],
    (full ?? sameSize(singleNodeFor(findings, routed)?.id ?? ''))?.metrics['recall-at-10'],
  ];
  if (full === undefined || fanOut === undefined || recall?.interval === undefined || reference === undefined) {
    return {
      ...undecided(
        full === undefined
          ? `${shards} hash shards, of which every one is asked, were not run beside it`
          : 'fan-out or recall was not measured on both sides',
      ),
      rule: routed.resourceRule,
    };
  }
  const [cpu, fullCpu] = [routed.metrics['cpu-seconds-per-1k'], full.metrics['cpu-seconds-per-1k']];
  const [p99, fullP99] = [routed.metrics['search-response-p99'], full.metrics['search-response-p99']];
  const share = fanOut.value / shards;
  const kept = {
    value: recall.value / reference.value,
    low: recall.interval.low / reference.value,
    high: recall.interval.high / reference.value,
  };
  const pair = (name: string, after: number | undefined, before: number | undefined, unit: string) =>
    after === undefined || before === undefined ? '' : `, ${name} ${short(after)} against ${short(before)} ${unit}`;
  const why = `${routed.id} asks ${short(fanOut.value)} of ${shards} shards and keeps ${short(kept.value * 100)} % (${short(kept.low * 100)}–${short(kept.high * 100)}) of the recall@10 of ${full.id}${pair('CPU', cpu?.value, fullCpu?.value, 's per 1,000 requests')}${pair('p99', p99?.value, fullP99?.value, 'ms')}.`;
  const measured = { value: share, unit: 'times the number of shards' };
  const cpuRose = cpu?.interval !== undefined && fullCpu?.interval !== undefined && cpu.interval.low > fullCpu.interval.high;
  if (kept.high < leastShare) {
    return { verdict: 'refuted', measured, why, rule: routed.resourceRule };
  }
  if (share >= 1 || cpuRose) {
    return { verdict: 'refuted', measured, why: `${why} Work did not fall.`, rule: routed.resourceRule };
  }
  return { verdict: kept.low >= leastShare ? 'confirmed' : 'undecided', measured, why, rule: routed.resourceRule };
};
