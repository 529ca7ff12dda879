/** Enough for a trend to show at 1 %, few enough that each has the requests for a median. */
const sliceCount = 10;
const requestsPerSlice = 5;
/** One-sided 1 % of the normal distribution. */
const z99 = 2.326;
/** By so much of their median may the response times of a probe drift from its beginning to its end. */
const tolerableDrift = 0.5;

export interface Timed {
  /** When the request was due; any unit, any origin. */
  readonly at: number;
  readonly responseMs: number;
}

export interface Steadiness {
  /** `rising`: a queue was building, so that a longer probe would have seen longer times. `falling`: the system was still warming up. */
  readonly trend: 'steady' | 'rising' | 'falling' | 'unknown';
  /** From the first slice to the last as a share of the median; negative where times fell. Absent where the trend is unknown. */
  readonly drift?: number;
}

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[sorted.length / 2 - 1] ?? Number.NaN)) / 2;
};

/**
 * Did the response times of a window drift? The medians of ten consecutive groups of equally many requests are tested for a trend
 * (Mann and Kendall, at 1 % one-sided, normal approximation with continuity correction); a trend counts when its slope (Theil
 * and Sen) makes more than half of the median over the window. A median per group, because a few slow requests are no trend. `unknown`
 * with fewer than fifty requests.
 */
export function steadinessOf(requests: readonly Timed[]): Steadiness {
  if (requests.length < sliceCount * requestsPerSlice) {
    return { trend: 'unknown' };
  }
  const inOrder = requests.toSorted((a, b) => a.at - b.at);
  const medians = Array.from({ length: sliceCount }, (_, slice) => {
    const [from, to] = [slice, slice + 1].map((place) => Math.floor((place * inOrder.length) / sliceCount));
    return median(inOrder.slice(from, to).map(({ responseMs }) => responseMs));
  });
  const pairs = medians.flatMap((later, index) =>
    medians.slice(0, index).map((earlier, before) => ({ rise: later - earlier, over: index - before })),
  );
  const score = pairs.reduce((sum, { rise }) => sum + Math.sign(rise), 0);
  const deviation = Math.sqrt((sliceCount * (sliceCount - 1) * (2 * sliceCount + 5)) / 18);
  const drift = (median(pairs.map(({ rise, over }) => rise / over)) * (sliceCount - 1)) / median(medians);
  const isTrend = (Math.abs(score) - 1) / deviation > z99 && Math.abs(drift) > tolerableDrift;
  return { trend: isTrend ? (score > 0 ? 'rising' : 'falling') : 'steady', drift };
}
