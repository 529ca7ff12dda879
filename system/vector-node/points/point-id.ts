import { FormatError, wrongInput } from '../errors.ts';
import { numberOf } from '../json/integral-float.ts';
import { writeJson } from '../json/write.ts';

/**
 * A point id: an unsigned 64-bit integer, a number where a double holds it exactly and a bigint above 2^53, or a UUID in
 * lower case with hyphens. So equal ids are equal keys of a Map, and a number never equals a UUID.
 */
export type PointId = number | bigint | string;

const greatestId = 2n ** 64n - 1n;
const uuidPattern = /^(?:urn:uuid:)?\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?$/;

function parseUuid(text: string): string | undefined {
  return uuidPattern.exec(text.toLowerCase())?.slice(1).join('-');
}

function describe(value: unknown): string {
  if (value === null) {
    return 'Unit';
  }
  return typeof value === 'string' ? value : String(numberOf(value) ?? writeJson(value));
}

/** Reads an id of a JSON body. */
export function readPointId(value: unknown): PointId {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) {
    return Object.is(value, -0) ? 0 : value;
  }
  if (typeof value === 'bigint' && value >= 0n && value <= greatestId) {
    return value;
  }
  const uuid = typeof value === 'string' ? parseUuid(value) : undefined;
  if (uuid === undefined) {
    throw new FormatError(`value ${describe(value)} is not a valid point ID, valid values are either an unsigned integer or a UUID`);
  }
  return uuid;
}

/** Reads an id of a path, where integers may have a plus sign and leading zeros. */
export function readPointIdOfPath(text: string): PointId {
  if (/^\+?\d{1,40}$/.test(text)) {
    const id = BigInt(text.replace('+', ''));
    if (id <= greatestId) {
      return normalisedInteger(id);
    }
  }
  const uuid = parseUuid(text);
  if (uuid === undefined) {
    throw wrongInput(`Can not recognize "${text}" as point id`);
  }
  return uuid;
}

/** The one form of an integer id: a number where a double holds it. */
export function normalisedInteger(id: bigint): number | bigint {
  return id <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(id) : id;
}

/** The order of scrolling: integers before UUIDs, each ascending. */
export function comparePointIds(left: PointId, right: PointId): number {
  if (typeof left === 'string' || typeof right === 'string') {
    if (typeof left !== typeof right) {
      return typeof left === 'string' ? (typeof right === 'string' ? 0 : 1) : -1;
    }
  }
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The id as JSON text. */
export function pointIdJson(id: PointId): string {
  return typeof id === 'string' ? `"${id}"` : id.toString();
}
