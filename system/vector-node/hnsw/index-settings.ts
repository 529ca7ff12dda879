import { Index, MetricKind, ScalarKind } from 'usearch';
import type { Distance } from '../segment/distance.ts';
import { encodedSize } from './encoding.ts';

/** How an HNSW index stores vectors: halves, or bytes when the collection asks for scalar quantization. Scores never come from them. */
export type StoredScalar = 'f16' | 'i8';

/** What an HNSW index is built with; an index with other settings is of no use and is built again. */
export interface IndexSettings {
  readonly dimensions: number;
  readonly distance: Distance;
  readonly scalar: StoredScalar;
  /** Links of a node on the upper layers; twice as many on the lowest. */
  readonly m: number;
  readonly efConstruct: number;
  /** Share of the components that scalar quantization covers without clamping. */
  readonly quantile: number;
  /** Threads that add vectors. With more than one the graph depends on their timing. */
  readonly threads: number;
}

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

/** Whether an index that was built with one can serve the other. */
export function isSameIndex(left: IndexSettings, right: IndexSettings): boolean {
  return (
    left.dimensions === right.dimensions &&
    left.distance === right.distance &&
    left.scalar === right.scalar &&
    left.m === right.m &&
    left.efConstruct === right.efConstruct &&
    left.quantile === right.quantile
  );
}
