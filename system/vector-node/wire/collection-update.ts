import { unknownVectorName } from '../errors.ts';
import { isObject, type Payload } from '../points/payload-path.ts';
import { readStrictConfig } from '../strict-mode/strict-config.ts';
import {
  type CollectionConfig,
  defaultHnsw,
  defaultOptimizer,
  readCount,
  readQuantization,
  readSettings,
  refuseUnserved,
} from './collection-config.ts';
import { expectBoolean, expectObject, optional } from './expect.ts';

/** Turns a collection's configuration into the one after an update. */
export type ConfigChange = (config: CollectionConfig) => CollectionConfig;

/** Settings of a vector that an update replaces. */
const changeableVectorSettings = ['hnsw_config', 'quantization_config', 'on_disk'];

const isGiven = (value: unknown) => value !== undefined && value !== null;

function updatedVectors(vectors: CollectionConfig['vectors'], given: Payload): CollectionConfig['vectors'] {
  const updated = { ...vectors };
  for (const [name, settings] of Object.entries(given)) {
    const params = updated[name];
    if (params === undefined) {
      throw unknownVectorName(name);
    }
    const changes = expectObject(settings, 'struct VectorParamsDiff');
    const given = Object.fromEntries(changeableVectorSettings.filter((key) => isGiven(changes[key])).map((key) => [key, changes[key]]));
    updated[name] = { ...params, kept: { ...params.kept, ...given } };
  }
  return updated;
}

function updatedParams(params: Payload, given: Payload): Payload {
  const factors = ['replication_factor', 'write_consistency_factor'].filter((name) => isGiven(given[name]));
  const onDisk = optional(given.on_disk_payload, (value) => expectBoolean(value, { kind: 'value', path: ['params', 'on_disk_payload'] }));
  const fanOut = ['read_fan_out_factor', 'read_fan_out_delay_ms'].filter((name) => isGiven(given[name]));
  return {
    ...params,
    ...Object.fromEntries(factors.map((name) => [name, readCount(given, name)])),
    ...(onDisk === undefined ? {} : { on_disk_payload: onDisk }),
    ...Object.fromEntries(fanOut.map((name) => [name, given[name]])),
  };
}

/** Reads the body of a request that updates a collection. What is checked against a collection is checked when the change is made. */
export function readCollectionUpdate(body: unknown): ConfigChange {
  const request = expectObject(body, 'struct UpdateCollection');
  refuseUnserved(request);
  const { quantization_config: quantization, metadata, vectors, params } = request;
  const newQuantization = quantization === 'Disabled' ? null : isGiven(quantization) ? readQuantization(quantization) : undefined;
  const settings = (config: CollectionConfig) => ({
    hnsw: readSettings(request.hnsw_config, 'hnsw_config', config.hnsw),
    optimizer: readSettings(request.optimizers_config, 'optimizers_config', config.optimizer),
  });
  // Read once now, so that a bad value is refused before anything else is looked at.
  readSettings(request.hnsw_config, 'hnsw_config', defaultHnsw);
  readSettings(request.optimizers_config, 'optimizers_config', defaultOptimizer);
  const strictMode = request.strict_mode_config;
  if (isGiven(strictMode)) {
    readStrictConfig(strictMode);
  }
  return (config) => ({
    ...config,
    ...settings(config),
    ...(isGiven(strictMode) ? { strict: readStrictConfig(strictMode, config.strict) } : {}),
    vectors: isObject(vectors) ? updatedVectors(config.vectors, vectors) : config.vectors,
    params: isObject(params) ? updatedParams(config.params, params) : config.params,
    ...(newQuantization === undefined ? {} : { quantization: newQuantization }),
    ...(isObject(metadata) ? { metadata: { ...config.metadata, ...metadata } } : {}),
  });
}
