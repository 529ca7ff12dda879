import { FormatError } from '../errors.ts';
import { parseDatetimeUs } from '../filter/datetime.ts';
import { numberOf } from '../json/integral-float.ts';
import { isObject, type PayloadPath, parsePath } from '../points/payload-path.ts';
import { isGiven } from './selection.ts';

export interface OrderBy {
  readonly path: PayloadPath;
  readonly isDescending: boolean;
  /** Values before this one are left out; a datetime is microseconds since 1970. */
  readonly startFrom: number | bigint | undefined;
}

const expected = 'Expected a string, or an object with a key, direction and/or start_from';

function readStart(value: unknown): number | bigint | undefined {
  if (!isGiven(value)) {
    return undefined;
  }
  const start = typeof value === 'string' ? parseDatetimeUs(value) : numberOf(value);
  if (start === undefined) {
    throw new FormatError(expected, { kind: 'enum', path: ['order_by'] });
  }
  return start;
}

/** Reads an order by a payload key: the key, or an object with key, direction and start. */
export function readOrderBy(value: unknown): OrderBy {
  const refused = new FormatError(expected, { kind: 'enum', path: ['order_by'] });
  const given = isObject(value) ? value : { key: value };
  const { key, direction = 'asc' } = given;
  if (typeof key !== 'string' || (direction !== null && direction !== 'asc' && direction !== 'desc')) {
    throw refused;
  }
  return { path: parsePath(key), isDescending: direction === 'desc', startFrom: readStart(given.start_from) };
}
