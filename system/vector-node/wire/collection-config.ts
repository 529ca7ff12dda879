import { FormatError, invalidBody, notImplemented } from '../errors.ts';
import { writeJson } from '../json/write.ts';
import { isObject, type Payload } from '../points/payload-path.ts';
import { type Distance, distances } from '../segment/distance.ts';
import type { VectorSettings } from '../segment/flat-segment.ts';
import { expectBoolean, expectFloat, expectObject, expectUnsigned } from './expect.ts';

export interface VectorParams extends VectorSettings {
  /** Engine settings that are kept and reported, such as `on_disk`. */
  readonly kept: Payload;
}

/** What a collection was created with: the part that this node acts on, and the settings of the engine that it only reports. */
export interface CollectionConfig {
  /** By vector name. */
  readonly vectors: Readonly<Record<string, VectorParams>>;
  /** True when the collection has the one unnamed vector ''. */
  readonly isUnnamed: boolean;
  readonly params: Payload;
  readonly hnsw: Payload;
  readonly optimizer: Payload;
  readonly wal: Payload;
  readonly quantization: unknown;
  readonly metadata: Payload | undefined;
}

const greatestVectorSize = 65_536;
const keptVectorSettings = ['hnsw_config', 'quantization_config', 'on_disk'];

const defaultHnsw = { m: 16, ef_construct: 100, full_scan_threshold: 10_000, max_indexing_threads: 0, on_disk: false };
const defaultOptimizer = {
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

/** Least values that the engine validates. */
const leastOf: Readonly<Record<string, number>> = {
  'hnsw_config.ef_construct': 4,
  'hnsw_config.full_scan_threshold': 10,
  'optimizers_config.vacuum_min_vector_number': 100,
  'wal_config.wal_capacity_mb': 1,
};

function readVectorParams(value: unknown, name: string): VectorParams {
  const variantError = new FormatError('data did not match any variant of untagged enum VectorsConfig', {
    kind: 'enum',
    path: ['vectors'],
  });
  if (!isObject(value)) {
    throw variantError;
  }
  const { size, distance } = value;
  const isSize = typeof size === 'number' && Number.isInteger(size) && size >= 1;
  if (!isSize || !distances.includes(distance as Distance)) {
    throw variantError;
  }
  if (size > greatestVectorSize) {
    const path = name === '' ? 'vectors.size' : `vectors.${name}.size`;
    throw invalidBody(`${path}: value ${size} invalid, must be from 1 to ${greatestVectorSize}`);
  }
  if (value.multivector_config !== undefined && value.multivector_config !== null) {
    throw notImplemented('multivectors (vectors.multivector_config)');
  }
  if (value.datatype !== undefined && value.datatype !== null && value.datatype !== 'float32') {
    throw notImplemented(`vectors of datatype ${writeJson(value.datatype)}`);
  }
  const kept = Object.fromEntries(
    keptVectorSettings.filter((key) => value[key] !== undefined && value[key] !== null).map((key) => [key, value[key]]),
  );
  return { size, distance: distance as Distance, kept };
}

function readVectors(value: unknown): Pick<CollectionConfig, 'vectors' | 'isUnnamed'> {
  if (value === undefined || value === null) {
    return { vectors: {}, isUnnamed: false };
  }
  if (isObject(value) && !('size' in value || 'distance' in value)) {
    const vectors = Object.fromEntries(Object.entries(value).map(([name, params]) => [name, readVectorParams(params, name)]));
    return { vectors, isUnnamed: false };
  }
  return { vectors: { '': readVectorParams(value, '') }, isUnnamed: true };
}

/** Settings over defaults: only known names are kept; null keeps the default. */
function readSettings(value: unknown, name: string, defaults: Payload): Payload {
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

function readCount(request: Payload, name: string): number {
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
function refuseUnserved(request: Payload): void {
  const sparse = request.sparse_vectors;
  if (isObject(sparse) && Object.keys(sparse).length > 0) {
    throw notImplemented('sparse vectors (sparse_vectors)');
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
  if (isObject(request.strict_mode_config) && request.strict_mode_config.enabled === true) {
    throw notImplemented('strict mode (strict_mode_config)');
  }
  if (request.init_from !== undefined && request.init_from !== null) {
    throw notImplemented('creating from another collection (init_from)');
  }
}

function readQuantization(value: unknown): unknown {
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
    throw new FormatError(`invalid length ${body.length}, expected struct CreateCollection with 14 elements`);
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
  return { ...vectors, params, hnsw, optimizer, wal, quantization, metadata: isObject(request.metadata) ? request.metadata : undefined };
}

/** The `config` of a collection's description. */
export function describeConfig(config: CollectionConfig): Payload {
  const describe = ({ size, distance, kept }: VectorParams) => ({ size, distance, ...kept });
  const named = Object.fromEntries(Object.entries(config.vectors).map(([name, params]) => [name, describe(params)]));
  return {
    params: { vectors: config.isUnnamed ? named[''] : named, ...config.params },
    hnsw_config: config.hnsw,
    optimizer_config: config.optimizer,
    wal_config: config.wal,
    quantization_config: config.quantization,
    ...(config.metadata === undefined ? {} : { metadata: config.metadata }),
  };
}
