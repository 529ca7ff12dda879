import { FormatError, invalidBody, notImplemented } from '../errors.ts';
import { writeJson } from '../json/write.ts';
import { isObject, type Payload } from '../points/payload-path.ts';
import { readStrictConfig, type StrictConfig } from '../strict-mode/strict-config.ts';
import { expectBoolean, expectFloat, expectObject, expectUnsigned, optional } from './expect.ts';
import { readSparseVectors, readVectors, type SparseParams, type VectorParams } from './vectors-config.ts';

/** What a collection was created with: the part that this node acts on, and the settings of the engine that it only reports. */
export interface CollectionConfig {
  /** By vector name. */
  readonly vectors: Readonly<Record<string, VectorParams>>;
  /** Sparse vectors by name. */
  readonly sparse?: Readonly<Record<string, SparseParams>>;
  /** True when the collection has the one unnamed vector ''. */
  readonly isUnnamed: boolean;
  readonly params: Payload;
  readonly hnsw: Payload;
  readonly optimizer: Payload;
  readonly wal: Payload;
  readonly quantization: unknown;
  readonly metadata: Payload | undefined;
  readonly strict?: StrictConfig;
}

export const defaultHnsw = { m: 16, ef_construct: 100, full_scan_threshold: 10_000, max_indexing_threads: 0, on_disk: false };
export const defaultOptimizer = {
  deleted_threshold: 0.2,
  vacuum_min_vector_number: 1000,
  default_segment_number: 0,
  max_segment_size: null,
  memmap_threshold: null,
  indexing_threshold: 10_000,
  flush_interval_sec: 5,
  max_optimization_threads: null,
  prevent_unoptimized: null,
};
const defaultWal = { wal_capacity_mb: 32, wal_segments_ahead: 0, wal_retain_closed: 1 };

const greatestShardNumber = 1024;

/** Least values that the engine validates. */
const leastOf: Readonly<Record<string, number>> = {
  'hnsw_config.ef_construct': 4,
  'hnsw_config.full_scan_threshold': 10,
  'optimizers_config.vacuum_min_vector_number': 100,
  'wal_config.wal_capacity_mb': 1,
};

/** Settings over defaults: only known names are kept; null keeps the default. */
export function readSettings(value: unknown, name: string, defaults: Payload): Payload {
  if (value === undefined || value === null) {
    return defaults;
  }
  const given = expectObject(value, `a map for ${name}`, { kind: 'value', path: [name] });
  const settings: Record<string, unknown> = { ...defaults };
  for (const [key, standard] of Object.entries(defaults)) {
    const setting = given[key];
    if (setting === undefined || setting === null) {
      continue;
    }
    const position = { kind: 'value', path: [name, key] } as const;
    if (key === 'deleted_threshold') {
      const ratio = expectFloat(setting, 'f64', position);
      if (ratio < 0 || ratio > 1) {
        throw invalidBody(`${name}.${key}: value ${ratio.toFixed(1)} invalid, must be from 0.0 to 1.0`);
      }
      settings[key] = ratio;
    } else if (typeof standard === 'boolean' || key === 'prevent_unoptimized') {
      settings[key] = expectBoolean(setting, position);
    } else {
      const number = expectUnsigned(setting, 'usize', position);
      const least = leastOf[`${name}.${key}`] ?? 0;
      if (number < least) {
        throw invalidBody(`${name}.${key}: value ${number} invalid, must be ${least} or larger`);
      }
      settings[key] = number;
    }
  }
  return settings;
}

export function readCount(request: Payload, name: string): number {
  const value = request[name];
  if (value === undefined || value === null) {
    return 1;
  }
  const count = expectUnsigned(value, 'u32', { kind: 'value', path: [name] });
  if (count < 1) {
    throw invalidBody(`${name}: value 0 invalid, must be 1 or larger`);
  }
  return count;
}

/** What would change answers or limits and is not there must be refused, not ignored. */
export function refuseUnserved(request: Payload): void {
  const { shard_number: shards } = request;
  if (typeof shards === 'number' && shards > greatestShardNumber) {
    throw notImplemented(`more than ${greatestShardNumber} shards of a collection (shard_number)`);
  }
  const { sharding_method } = request;
  if (sharding_method !== undefined && sharding_method !== null && sharding_method !== 'auto') {
    if (sharding_method === 'custom') {
      throw notImplemented('custom sharding (sharding_method)');
    }
    throw new FormatError(
      `unknown variant \`${typeof sharding_method === 'string' ? sharding_method : writeJson(sharding_method)}\`, expected \`auto\` or \`custom\``,
      {
        kind: 'value',
        path: ['sharding_method'],
      },
    );
  }
  if (request.init_from !== undefined && request.init_from !== null) {
    throw notImplemented('creating from another collection (init_from)');
  }
}

export function readQuantization(value: unknown): unknown {
  if (value === undefined || value === null) {
    return null;
  }
  const isKnown = isObject(value) && ['scalar', 'product', 'binary'].some((kind) => isObject(value[kind]));
  if (!isKnown) {
    throw new FormatError('data did not match any variant of untagged enum QuantizationConfig', {
      kind: 'enum',
      path: ['quantization_config'],
    });
  }
  const { quantile } = isObject(value.scalar) ? value.scalar : {};
  if (typeof quantile === 'number' && (quantile < 0.5 || quantile > 1)) {
    throw invalidBody(`quantization_config.scalar.quantile: value ${quantile.toFixed(1)} invalid, must be from 0.5 to 1.0`);
  }
  return value;
}

/** Reads the body of a request that creates a collection. */
export function readCollectionConfig(body: unknown): CollectionConfig {
  if (Array.isArray(body)) {
    // A list is read member by member; the first one that has no standard value is the seventh.
    throw new FormatError('invalid length 6, expected struct CreateCollection with 14 elements');
  }
  const request = expectObject(body, 'struct CreateCollection');
  const vectors = readVectors(request.vectors);
  const params = {
    shard_number: readCount(request, 'shard_number'),
    replication_factor: readCount(request, 'replication_factor'),
    write_consistency_factor: readCount(request, 'write_consistency_factor'),
    on_disk_payload: typeof request.on_disk_payload === 'boolean' ? request.on_disk_payload : true,
  };
  const hnsw = readSettings(request.hnsw_config, 'hnsw_config', defaultHnsw);
  const optimizer = readSettings(request.optimizers_config, 'optimizers_config', defaultOptimizer);
  const wal = readSettings(request.wal_config, 'wal_config', defaultWal);
  const quantization = readQuantization(request.quantization_config);
  refuseUnserved(request);
  const sparse = readSparseVectors(request.sparse_vectors, vectors.vectors);
  const strict = optional(request.strict_mode_config, (given) => readStrictConfig(given));
  return {
    ...vectors,
    ...(strict === undefined ? {} : { strict }),
    ...(sparse === undefined ? {} : { sparse }),
    params,
    hnsw,
    optimizer,
    wal,
    quantization,
    metadata: isObject(request.metadata) ? request.metadata : undefined,
  };
}

/** The `config` of a collection's description. */
export function describeConfig(config: CollectionConfig): Payload {
  const describe = ({ size, distance, kept }: VectorParams) => ({ size, distance, ...kept });
  const named = Object.fromEntries(Object.entries(config.vectors).map(([name, params]) => [name, describe(params)]));
  const sparse = Object.fromEntries(Object.entries(config.sparse ?? {}).map(([name, { kept }]) => [name, kept]));
  return {
    params: {
      vectors: config.isUnnamed ? named[''] : named,
      ...config.params,
      ...(config.sparse === undefined ? {} : { sparse_vectors: sparse }),
    },
    hnsw_config: config.hnsw,
    optimizer_config: config.optimizer,
    wal_config: config.wal,
    quantization_config: config.quantization,
    ...(config.strict === undefined ? {} : { strict_mode_config: config.strict }),
    ...(config.metadata === undefined ? {} : { metadata: config.metadata }),
  };
}
