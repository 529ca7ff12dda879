/** Buckets per doubling of the time: each is 1.6 % wide, and its middle off by at most 0.8 %. */
const perDoublingBits = 6;
const perDoubling = 1 << perDoublingBits;
const highestUs = 2 ** 31 - 1;

export const bucketCount = (31 - perDoublingBits) * perDoubling + perDoubling;

/** The bucket of a time in ms; times beyond 35 minutes are in the last. */
export function bucketOf(ms: number): number {
  const us = ms * 1000 < highestUs ? Math.trunc(ms * 1000) : highestUs;
  if (us < perDoubling) {
    return us;
  }
  const shift = 31 - Math.clz32(us) - perDoublingBits;
  return shift * perDoubling + (us >>> shift);
}

/** The middle of a bucket, ms. */
function middleMs(bucket: number): number {
  if (bucket < 2 * perDoubling) {
    return (bucket + 0.5) / 1000;
  }
  const shift = Math.floor(bucket / perDoubling) - 1;
  return ((perDoubling + (bucket % perDoubling) + 0.5) * 2 ** shift) / 1000;
}

/** A percentile (0–100) of what was counted, ms; `undefined` where nothing was. */
export function bucketPercentile(counts: Uint32Array, percentile: number): number | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) {
    return undefined;
  }
  const rank = Math.max(1, Math.ceil((total * percentile) / 100));
  let below = 0;
  for (const [bucket, count] of counts.entries()) {
    below += count;
    if (below >= rank) {
      return middleMs(bucket);
    }
  }
  return undefined;
}
