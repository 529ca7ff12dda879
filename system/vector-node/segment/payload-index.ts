import { parseDatetimeUs } from '../filter/datetime.ts';
import type { MatchValue } from '../filter/filter.ts';
import { numberOf } from '../json/integral-float.ts';
import { elementsAt, isObject, type Payload, type PayloadPath } from '../points/payload-path.ts';

export const indexTypes = ['keyword', 'integer', 'float', 'geo', 'text', 'bool', 'datetime', 'uuid'] as const;
export type IndexType = (typeof indexTypes)[number];

const isNumber = (value: unknown) => numberOf(value) !== undefined;
const isIndexable: Record<IndexType, (value: unknown) => boolean> = {
  keyword: (value) => typeof value === 'string',
  uuid: (value) => typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value),
  integer: (value) => typeof value === 'bigint' || Number.isInteger(value),
  bool: (value) => typeof value === 'boolean',
  float: isNumber,
  text: (value) => typeof value === 'string',
  datetime: (value) => typeof value === 'string' && parseDatetimeUs(value) !== undefined,
  geo: (value) => isObject(value) && isNumber(value.lon) && isNumber(value.lat),
};
/** Types whose index answers equality; the others are declared, counted and filtered row by row. */
const answersEquality: Record<IndexType, boolean> = {
  keyword: true,
  integer: true,
  bool: true,
  uuid: false,
  float: false,
  text: false,
  datetime: false,
  geo: false,
};
const noRows: ReadonlySet<number> = new Set();

/** The rows of each value of one payload key, and how many rows have a value of its type. */
export class PayloadIndex {
  readonly path: PayloadPath;
  readonly type: IndexType;
  readonly #rows = new Map<MatchValue, Set<number>>();
  #pointCount = 0;

  constructor(path: PayloadPath, type: IndexType) {
    this.path = path;
    this.type = type;
  }

  get pointCount(): number {
    return this.#pointCount;
  }

  /** Rows with a value; undefined when this index does not answer for values of that type. */
  rowsOf(value: MatchValue): ReadonlySet<number> | undefined {
    if (!answersEquality[this.type] || !isIndexable[this.type](value)) {
      return undefined;
    }
    return this.#rows.get(value) ?? noRows;
  }

  add(row: number, payload: Payload): void {
    const values = this.#valuesOf(payload);
    this.#pointCount += values.length > 0 ? 1 : 0;
    if (!answersEquality[this.type]) {
      return;
    }
    for (const value of values) {
      const rows = this.#rows.get(value);
      if (rows === undefined) {
        this.#rows.set(value, new Set([row]));
      } else {
        rows.add(row);
      }
    }
  }

  remove(row: number, payload: Payload): void {
    const values = this.#valuesOf(payload);
    this.#pointCount -= values.length > 0 ? 1 : 0;
    for (const value of values) {
      const rows = this.#rows.get(value);
      rows?.delete(row);
      if (rows?.size === 0) {
        this.#rows.delete(value);
      }
    }
  }

  #valuesOf(payload: Payload): MatchValue[] {
    return elementsAt(payload, this.path).filter(isIndexable[this.type]) as MatchValue[];
  }
}
