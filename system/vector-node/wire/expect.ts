import { FormatError, type FormatPosition } from '../errors.ts';
import { isIntegralFloat, numberOf } from '../json/integral-float.ts';
import { isObject, type Payload } from '../points/payload-path.ts';

/** A JSON value in the words of the Rust engine's errors. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) {
    return 'null';
  }
  if (Array.isArray(value)) {
    return 'sequence';
  }
  switch (typeof value) {
    case 'boolean':
      return `boolean \`${value}\``;
    case 'string':
      return `string ${JSON.stringify(value)}`;
    case 'bigint':
      return `integer \`${value}\``;
    case 'object':
      return isIntegralFloat(value) ? `floating point \`${value.rawJSON}\`` : 'map';
    case 'number':
      return Number.isInteger(value) ? `integer \`${value}\`` : `floating point \`${value}\``;
    default:
      return 'map';
  }
}

export function expectObject(value: unknown, structure: string, position?: FormatPosition): Payload {
  if (!isObject(value)) {
    const at = Array.isArray(value) ? ({ kind: 'column', line: 1, column: 0 } as const) : position;
    throw new FormatError(`invalid type: ${describeValue(value)}, expected ${structure}`, at);
  }
  return value;
}

export function expectBoolean(value: unknown, position?: FormatPosition): boolean {
  if (typeof value !== 'boolean') {
    throw new FormatError(`invalid type: ${describeValue(value)}, expected a boolean`, position);
  }
  return value;
}

/** An integer from 0 up; `type` is the Rust type that the engine's error names. */
export function expectUnsigned(value: unknown, type = 'usize', position?: FormatPosition): number {
  if (typeof value === 'number' && Number.isInteger(value)) {
    if (value < 0) {
      throw new FormatError(`invalid value: integer \`${value}\`, expected ${type}`, position);
    }
    return value;
  }
  if (typeof value === 'bigint' && value >= 0n) {
    return Number(value);
  }
  throw new FormatError(`invalid type: ${describeValue(value)}, expected ${type}`, position);
}

export function expectFloat(value: unknown, type = 'f32', position?: FormatPosition): number {
  const number = numberOf(value);
  if (number === undefined) {
    throw new FormatError(`invalid type: ${describeValue(value)}, expected ${type}`, position);
  }
  return Number(number);
}

export function expectString(value: unknown, position?: FormatPosition): string {
  if (typeof value !== 'string') {
    throw new FormatError(`invalid type: ${describeValue(value)}, expected a string`, position);
  }
  return value;
}

/** A member that may be absent or null. */
export function optional<T>(value: unknown, read: (value: unknown) => T): T | undefined {
  return value === undefined || value === null ? undefined : read(value);
}
