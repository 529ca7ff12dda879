import type { RandomStream } from '../../../system/policies/random-stream.ts';
import type { WorkloadLenses } from '../../contract/cache-replay.ts';
import { histogramOfCounts } from '../../measurement/workload/count-histogram.ts';
import { driftOf } from '../../measurement/workload/drift.ts';
import { askedOnce } from '../../measurement/workload/once.ts';
import { requestsPerKey } from '../../measurement/workload/requests-per-key.ts';
import { reuseOf } from '../../measurement/workload/reuse.ts';
import { workingSetOf } from '../../measurement/workload/working-set.ts';
import { fitZipf, type ZipfFit } from '../../measurement/workload/zipf-fit.ts';
import { rankBlocks } from '../../measurement/workload/zipf-law.ts';
import type { Trace } from './trace.ts';

const maximumRanks = 120;

/** Requests per key at ranks spread evenly over the logarithm; ranks of a sample of keys stand for 1 ÷ rate as many. */
function ranksOf(counts: Uint32Array, { sampleRate, totals }: Trace, fit: ZipfFit | undefined): WorkloadLenses['ranks'] {
  const descending = counts
    .filter((count) => count > 0)
    .sort()
    .reverse();
  const places = rankBlocks(descending.length).map(({ rank }) => rank);
  const step = Math.max(1, places.length / maximumRanks);
  const chosen = new Set(
    Array.from({ length: Math.min(places.length, maximumRanks) }, (_, index) => places[Math.floor(index * step)] ?? 1),
  );
  chosen.add(descending.length);
  return [...chosen].map((rank) => ({
    rank: Math.max(1, Math.round(rank / sampleRate)),
    requests: descending[rank - 1] ?? 0,
    ...(fit !== undefined && { fitted: totals.requests * fit.probability(rank / sampleRate) }),
  }));
}

/** Everything that a report tells about the requests themselves. `distances` are the stack distances of the same trace. */
export function lensesOf(trace: Trace, distances: Int32Array, random: RandomStream): WorkloadLenses {
  const counts = requestsPerKey(trace.key, trace.keys);
  const histogram = histogramOfCounts(counts);
  const fit = fitZipf(histogram, random, { sampleRate: trace.sampleRate, requests: trace.totals.requests });
  const drift = driftOf(trace.key, random);
  const reuse = reuseOf(distances, trace.sampleRate, trace.key, trace.timeSeconds);
  const plain = ({ topKept, workingSetKept, rankChange }: NonNullable<typeof drift>['observed']) => ({
    topKept,
    workingSetKept,
    ...(rankChange !== undefined && { rankChange }),
  });
  return {
    ...(fit !== undefined && {
      popularity: {
        exponent: fit.exponent,
        interval: fit.interval,
        population: fit.population,
        kolmogorovSmirnov: fit.kolmogorovSmirnov,
        pValue: fit.pValue,
        bootstraps: fit.bootstraps,
        expectedOnceShare: fit.expectedOnceShare,
      },
    }),
    ranks: ranksOf(counts, trace, fit),
    once: askedOnce(histogram),
    reuse: {
      firstShare: reuse.firstShare,
      ...(reuse.medianDistance !== undefined && { medianDistance: reuse.medianDistance }),
      buckets: [...reuse.buckets],
      ...(reuse.repeatsWithin !== undefined && { repeatsWithin: [...reuse.repeatsWithin] }),
    },
    ...(drift !== undefined && { drift: { ...drift, observed: plain(drift.observed), shuffled: plain(drift.shuffled) } }),
    workingSet: workingSetOf(trace.key, trace.sampleRate, trace.timeSeconds).map(({ seconds, ...point }) => ({
      ...point,
      ...(seconds !== undefined && { seconds }),
    })),
  };
}
