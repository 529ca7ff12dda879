import { z } from 'zod';
import type { Second } from '../contract/observation.ts';

const spans = z.array(z.int().nonnegative());

/** The spans of one second, µs: what its percentiles are made of. */
export const secondSamplesSchema = z.strictObject({
  lagsUs: spans,
  /** Response times of successful searches. */
  searchResponsesUs: spans,
});
export type SecondSamples = z.infer<typeof secondSamplesSchema>;

type SecondCounts = Omit<Second, 'lagP99Us' | 'searchResponseUs'>;

/** Nearest-rank percentile of sorted values: the seconds are small enough to be exact. */
function rankOf(sorted: Float64Array, percentile: number): number {
  return sorted[Math.max(1, Math.ceil((percentile / 100) * sorted.length)) - 1] ?? 0;
}

/** A second with its exact percentiles. */
export function secondOf(counts: SecondCounts, { lagsUs, searchResponsesUs }: SecondSamples): Second {
  const lags = Float64Array.from(lagsUs).sort();
  const responses = Float64Array.from(searchResponsesUs).sort();
  return {
    ...counts,
    ...(lags.length > 0 && { lagP99Us: rankOf(lags, 99) }),
    ...(responses.length > 0 && {
      searchResponseUs: {
        p50: rankOf(responses, 50),
        p95: rankOf(responses, 95),
        p99: rankOf(responses, 99),
        sampleCount: responses.length,
      },
    }),
  };
}

/** The sum of two tallies by class. */
export function addedByClass<Class extends string>(
  one: Partial<Record<Class, number>>,
  other: Partial<Record<Class, number>>,
): Partial<Record<Class, number>> {
  const sum = { ...one };
  for (const [errorClass, count] of Object.entries(other) as [Class, number][]) {
    sum[errorClass] = (sum[errorClass] ?? 0) + count;
  }
  return sum;
}

/** A second in which nothing happened. */
export function emptyCounts(second: number): SecondCounts {
  return { second, arrivals: 0, sent: 0, done: 0, dropped: 0, errors: {}, inFlight: 0 };
}

/** The same second of two workers as one; its percentiles are for `secondOf` to make from all samples. */
export function addedCounts(one: SecondCounts, other: SecondCounts): SecondCounts {
  return {
    second: one.second,
    arrivals: one.arrivals + other.arrivals,
    sent: one.sent + other.sent,
    done: one.done + other.done,
    dropped: one.dropped + other.dropped,
    errors: addedByClass(one.errors, other.errors),
    inFlight: one.inFlight + other.inFlight,
  };
}
