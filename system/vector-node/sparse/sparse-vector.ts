import { invalidBody } from '../errors.ts';
import { numberOf } from '../json/integral-float.ts';
import type { Payload } from '../points/payload-path.ts';

/** Non-zero components of a vector by dimension, ascending; the dimensions are unsigned 32-bit integers. */
export interface SparseVector {
  readonly indices: Uint32Array;
  readonly values: Float32Array;
}

const greatestDimension = 2 ** 32 - 1;

const isDimension = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= greatestDimension;

/**
 * Reads `{indices, values}`; undefined when it is not of that form. Lists of unequal length and a dimension that is there twice are
 * refused with the name of the vector in the request.
 */
export function readSparseVector(value: Payload, name: string): SparseVector | undefined {
  const { indices, values } = value;
  if (!Array.isArray(indices) || !Array.isArray(values) || !indices.every(isDimension)) {
    return undefined;
  }
  const numbers = values.map(numberOf);
  if (numbers.includes(undefined)) {
    return undefined;
  }
  if (new Set(indices).size !== indices.length) {
    throw invalidBody(`${name}.indices: Validation error: must be unique [{}]`);
  }
  if (indices.length !== values.length) {
    throw invalidBody(`${name}.values: Validation error: must be the same length as indices [{}]`);
  }
  const order = indices
    .map((_dimension, position) => position)
    .sort((left, right) => (indices[left] as number) - (indices[right] as number));
  return {
    indices: Uint32Array.from(order, (position) => indices[position] as number),
    values: Float32Array.from(order, (position) => Number(numbers[position])),
  };
}
