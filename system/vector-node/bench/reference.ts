import { setImmediate } from 'node:timers/promises';
import { Index, MetricKind, ScalarKind } from 'usearch';
import { type Dataset, recallOf } from './dataset.ts';
import type { BenchSettings } from './settings.ts';

/** The library itself, called in this process: what the node's searches and builds are held against. */
export interface Reference {
  readonly name: string;
  readonly buildRatePerSecond: number;
  readonly recall: number;
  /** Searches for so long on one thread and returns their rate. */
  searchRatePerSecond(durationMs: number): number;
}

const batch = 500;

export async function buildReference(
  kind: 'f16' | 'f32',
  dataset: Dataset,
  { size, points, ef, limit }: BenchSettings,
): Promise<Reference> {
  const index = new Index({
    dimensions: size,
    metric: MetricKind.IP,
    quantization: kind === 'f16' ? ScalarKind.F16 : ScalarKind.F32,
    connectivity: 16,
    expansion_add: 100,
    expansion_search: ef,
    multi: false,
  });
  const startedAtMs = performance.now();
  for (let first = 0; first < points; first += batch) {
    const count = Math.min(batch, points - first);
    const keys = BigUint64Array.from({ length: count }, (_, offset) => BigInt(first + offset));
    index.add(keys, dataset.vectors.subarray(first * size, (first + count) * size), 1);
    // A signal is heard between two batches.
    await setImmediate();
  }
  const buildRatePerSecond = (points / (performance.now() - startedAtMs)) * 1000;
  const answers = dataset.queries.map((query) => Array.from(index.search(query, limit, 1).keys, Number));
  return {
    name: `usearch ${kind}, in process, 1 thread`,
    buildRatePerSecond,
    recall: recallOf(dataset, answers),
    searchRatePerSecond(durationMs) {
      const startMs = performance.now();
      let searches = 0;
      while (performance.now() - startMs < durationMs) {
        index.search(dataset.queries[searches % dataset.queries.length] as Float32Array, limit, 1);
        searches += 1;
      }
      return (searches / (performance.now() - startMs)) * 1000;
    },
  };
}
