import { Index, MetricKind, ScalarKind } from 'usearch';
import type { Distance } from '../segment/distance.ts';
import { encodedSize } from './encoding.ts';
import type { IndexSettings, StoredScalar } from './index-settings.ts';

/**
 * The metric of the graph. Cosine vectors are stored normalised, so the inner product serves them; for Dot see {@link encodeStored}.
 * The library has no Manhattan distance: that graph is Euclidean, and searches take more candidates from it.
 */
const metricOf: Record<Distance, MetricKind> = {
  Cosine: MetricKind.IP,
  Dot: MetricKind.L2sq,
  Euclid: MetricKind.L2sq,
  Manhattan: MetricKind.L2sq,
};

const scalarKindOf: Record<StoredScalar, ScalarKind> = { f16: ScalarKind.F16, i8: ScalarKind.I8 };

/** An empty index. Its search width is 1, so that the number of results asked for decides it (`ef` = `k`). */
export function createIndex(settings: IndexSettings): Index {
  return new Index({
    dimensions: encodedSize(settings),
    metric: metricOf[settings.distance],
    quantization: scalarKindOf[settings.scalar],
    connectivity: settings.m,
    expansion_add: settings.efConstruct,
    expansion_search: 1,
    multi: false,
  });
}
