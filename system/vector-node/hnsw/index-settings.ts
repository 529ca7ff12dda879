import type { Distance } from '../segment/distance.ts';

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
