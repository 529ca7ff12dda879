import { clusteredVectors } from '../hnsw/clustered-vectors.ts';
import { normalise } from '../segment/distance.ts';
import { TopK } from '../segment/top-k.ts';
import { VectorColumn } from '../segment/vector-column.ts';
import type { BenchSettings } from './settings.ts';

export interface Dataset {
  /** All vectors one after the other, normalised. */
  readonly vectors: Float32Array;
  /** Vectors beyond the measured ones, to be added while searches are measured. */
  readonly additional: readonly Float32Array[];
  readonly queries: readonly Float32Array[];
  /** The ids of each query's nearest points among {@link vectors}. */
  readonly truth: readonly ReadonlySet<number>[];
}

/** Points that are added to a finished index, as a share of it. */
const additionalShare = 0.2;

export function createDataset({ points, size, queries, limit, seed }: BenchSettings): Dataset {
  const source = clusteredVectors({ seed, size, clusters: 500, spread: 0.8, intrinsicSize: 48 });
  const next = () => {
    const vector = source.next().value;
    normalise(vector);
    return vector;
  };
  const vectors = new Float32Array(points * size);
  const column = new VectorColumn(size, 'Cosine');
  for (let point = 0; point < points; point += 1) {
    const vector = next();
    vectors.set(vector, point * size);
    column.set(point, vector);
  }
  const additional = Array.from({ length: Math.ceil(points * additionalShare) }, next);
  const searched = Array.from({ length: queries }, next);
  const truth = searched.map((query) => {
    const best = new TopK(limit);
    column.scanAll(query, points, best);
    return new Set(best.sorted().map(({ row }) => row));
  });
  return { vectors, additional, queries: searched, truth };
}

/** Share of the true nearest points that the answers have. */
export function recallOf({ truth }: Dataset, answers: readonly (readonly number[])[]): number {
  let found = 0;
  let wanted = 0;
  for (const [index, answer] of answers.entries()) {
    const ids = truth[index] as ReadonlySet<number>;
    wanted += ids.size;
    found += answer.filter((id) => ids.has(id)).length;
  }
  return found / wanted;
}
