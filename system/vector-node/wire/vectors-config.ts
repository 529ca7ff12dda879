import { FormatError, invalidBody, notImplemented, wrongInput } from '../errors.ts';
import { writeJson } from '../json/write.ts';
import { isObject, type Payload } from '../points/payload-path.ts';
import { type Distance, distances } from '../segment/distance.ts';
import type { SparseSettings, VectorSettings } from '../segment/flat-segment.ts';
import type { Modifier } from '../sparse/sparse-column.ts';
import { describeValue, expectObject } from './expect.ts';

export interface VectorParams extends VectorSettings {
  /** Engine settings that are kept and reported, such as `on_disk`. */
  readonly kept: Payload;
}

export interface SparseParams extends SparseSettings {
  /** The parameters as the client gave them. */
  readonly kept: Payload;
}

const greatestVectorSize = 65_536;
const keptVectorSettings = ['hnsw_config', 'quantization_config', 'on_disk'];

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

/** The dense vectors of a collection by name; '' is the name of an unnamed one. */
export function readVectors(value: unknown): { vectors: Record<string, VectorParams>; isUnnamed: boolean } {
  if (value === undefined || value === null) {
    return { vectors: {}, isUnnamed: false };
  }
  if (isObject(value) && !('size' in value || 'distance' in value)) {
    const vectors = Object.fromEntries(Object.entries(value).map(([name, params]) => [name, readVectorParams(params, name)]));
    return { vectors, isUnnamed: false };
  }
  return { vectors: { '': readVectorParams(value, '') }, isUnnamed: true };
}

const modifiers = ['none', 'idf'];

function readModifier(value: unknown, name: string): Modifier {
  if (value === undefined || value === null) {
    return 'none';
  }
  if (!modifiers.includes(value as string)) {
    const position = { kind: 'value', path: ['sparse_vectors', name, 'modifier'] } as const;
    throw typeof value === 'string'
      ? new FormatError(`unknown variant \`${value}\`, expected \`none\` or \`idf\``, position)
      : new FormatError(`invalid type: ${describeValue(value)}, expected string or map`, position);
  }
  return value as Modifier;
}

/** The sparse vectors of a collection by name; undefined when the request has none. */
export function readSparseVectors(value: unknown, dense: Readonly<Record<string, VectorParams>>): Record<string, SparseParams> | undefined {
  if (value === undefined || value === null) {
    return undefined;
  }
  const given = expectObject(value, 'a map', { kind: 'value', path: ['sparse_vectors'] });
  const vectors: Record<string, SparseParams> = Object.create(null) as Record<string, SparseParams>;
  for (const [name, params] of Object.entries(given)) {
    const { modifier, index } = expectObject(params ?? {}, 'struct SparseVectorParams', { kind: 'value', path: ['sparse_vectors', name] });
    if (Object.hasOwn(dense, name)) {
      throw wrongInput(`Dense and sparse vector names must be unique - duplicate found with '${name}'`);
    }
    const kept = { ...(isObject(index) ? { index } : {}), ...(modifier === undefined || modifier === null ? {} : { modifier }) };
    vectors[name] = { modifier: readModifier(modifier, name), kept };
  }
  return vectors;
}
