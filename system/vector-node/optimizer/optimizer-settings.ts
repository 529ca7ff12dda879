import type { IndexSettings } from '../hnsw/index-settings.ts';
import { isObject } from '../points/payload-path.ts';
import type { ColumnThresholds } from '../segment/vector-column.ts';
import type { CollectionConfig } from '../wire/collection-config.ts';

/** When the optimiser of a column acts, and what it builds. */
export interface OptimizerSettings {
  readonly index: IndexSettings;
  readonly thresholds: ColumnThresholds;
  /** An index is built again when a larger share of its slots are tombstones. */
  readonly deletedThreshold: number;
  /** Smaller indexes are not built again because of tombstones. */
  readonly vacuumMinVectorNumber: number;
}

const kilobyte = 1024;
const standardQuantile = 0.99;

function numberOf(source: unknown, key: string): number | undefined {
  const value = isObject(source) ? source[key] : undefined;
  return typeof value === 'number' ? value : undefined;
}

/** The settings of one vector: its own where it has them, else the collection's. */
export function optimizerSettings(config: CollectionConfig, vectorName: string): OptimizerSettings | undefined {
  const vector = config.vectors[vectorName];
  if (vector === undefined) {
    return undefined;
  }
  const own = vector.kept.hnsw_config;
  const hnsw = (key: string, standard: number) => numberOf(own, key) ?? numberOf(config.hnsw, key) ?? standard;
  const quantization = vector.kept.quantization_config ?? config.quantization;
  const scalar = isObject(quantization) ? quantization.scalar : undefined;
  const m = hnsw('m', 16);
  const thresholdKb = numberOf(config.optimizer, 'indexing_threshold') ?? 10_000;
  return {
    index: {
      dimensions: vector.size,
      distance: vector.distance,
      // Bytes have no room for the component that Dot adds.
      scalar: isObject(scalar) && vector.distance !== 'Dot' ? 'i8' : 'f16',
      m: Math.max(2, m),
      efConstruct: hnsw('ef_construct', 100),
      quantile: numberOf(scalar, 'quantile') ?? standardQuantile,
      threads: Math.max(1, hnsw('max_indexing_threads', 0)),
    },
    thresholds: {
      // Both zeros switch the graph off, as in the engine.
      indexingBytes: thresholdKb === 0 || m === 0 ? Number.POSITIVE_INFINITY : thresholdKb * kilobyte,
      fullScanBytes: hnsw('full_scan_threshold', 10_000) * kilobyte,
    },
    deletedThreshold: numberOf(config.optimizer, 'deleted_threshold') ?? 0.2,
    vacuumMinVectorNumber: numberOf(config.optimizer, 'vacuum_min_vector_number') ?? 1000,
  };
}
