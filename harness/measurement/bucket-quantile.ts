/** A cumulative histogram as Prometheus has them: how many samples were up to each bound, and how many there were in all. */
export interface BucketCounts {
  /** Ascending. */
  readonly bounds: readonly number[];
  /** By bound; never falls from one to the next. */
  readonly upToBound: readonly number[];
  readonly count: number;
}

/** What was added between two readings of a histogram whose counts only rise; undefined where it was begun anew in between. */
export function addedBuckets(before: BucketCounts, after: BucketCounts): BucketCounts | undefined {
  const upToBound = after.upToBound.map((upTo, index) => upTo - (before.upToBound[index] ?? 0));
  const count = after.count - before.count;
  return count < 0 || upToBound.some((upTo) => upTo < 0) ? undefined : { bounds: after.bounds, upToBound, count };
}

/**
 * A quantile (0–1) of bucketed samples, by straight lines within a bucket, as `histogram_quantile` of Prometheus has it. Samples
 * beyond the last bound count as that bound: the true value is then not known. Undefined without samples.
 */
export function bucketQuantile({ bounds, upToBound, count }: BucketCounts, quantile: number): number | undefined {
  if (count === 0) {
    return undefined;
  }
  const rank = quantile * count;
  const bucket = upToBound.findIndex((upTo) => upTo >= rank);
  if (bucket === -1) {
    return bounds.at(-1);
  }
  const [from, to] = [bounds[bucket - 1] ?? 0, bounds[bucket] ?? 0];
  const [below, upTo] = [upToBound[bucket - 1] ?? 0, upToBound[bucket] ?? 0];
  return upTo === below ? from : from + ((to - from) * (rank - below)) / (upTo - below);
}
