import { numberOf } from '../json/integral-float.ts';
import { elementsAt, isObject, type Payload, type PayloadPath, valuesAt } from '../points/payload-path.ts';
import type { PointId } from '../points/point-id.ts';
import { parseDatetimeUs } from './datetime.ts';
import type { Condition, FieldTest, Filter, MatchValue, Range } from './filter.ts';
import { geoPointOf, isInArea } from './geo.ts';

/** What a filter asks about the point of a row beside its payload. */
export interface PointSource {
  idOf(row: number): PointId;
  hasVector(row: number, vectorName: string): boolean;
  /** Rows whose key has this value, from an index that answers for the whole collection; undefined without one. */
  indexedRows(path: PayloadPath, value: MatchValue): ReadonlySet<number> | undefined;
  /** Text of such a key is compared by words, not as a substring. */
  isTextIndexed(path: PayloadPath): boolean;
}

export type Matches = (payload: Payload, row: number) => boolean;

function isWithin<Bound extends number | bigint>(value: number | bigint, { gt, gte, lt, lte }: Range<Bound>): boolean {
  return (
    (gt === undefined || value > gt) &&
    (gte === undefined || value >= gte) &&
    (lt === undefined || value < lt) &&
    (lte === undefined || value <= lte)
  );
}

const words = (text: string) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

function compileText(mode: 'text' | 'text_any' | 'phrase', text: string, byWords: boolean): (value: unknown) => boolean {
  const wanted = byWords ? words(text) : mode === 'text_any' ? text.split(/\s+/) : [text];
  return (value) => {
    if (typeof value !== 'string') {
      return false;
    }
    if (!byWords) {
      return wanted.some((part) => value.includes(part));
    }
    const found = words(value);
    if (mode === 'phrase') {
      return ` ${found.join(' ')} `.includes(` ${wanted.join(' ')} `);
    }
    const present = new Set(found);
    return wanted.length > 0 && (mode === 'text' ? wanted.every((word) => present.has(word)) : wanted.some((word) => present.has(word)));
  };
}

function countOf(value: unknown): number {
  return value === null ? 0 : Array.isArray(value) ? value.length : 1;
}

const isEmptyAt = (payload: Payload, path: PayloadPath) =>
  valuesAt(payload, path).every((value) => value === null || (Array.isArray(value) && value.length === 0));
const isNullAt = (payload: Payload, path: PayloadPath) => valuesAt(payload, path).some((value) => value === null);

function compileTest(test: FieldTest, path: PayloadPath, source: PointSource, isNested: boolean): Matches {
  const anyElement =
    (accepts: (value: unknown) => boolean): Matches =>
    (payload) =>
      elementsAt(payload, path).some(accepts);
  switch (test.kind) {
    case 'matchAny': {
      const indexed = isNested ? undefined : indexedSets(test.values, path, source);
      if (indexed !== undefined) {
        return (_payload, row) => indexed.some((rows) => rows.has(row));
      }
      return anyElement((value) => test.values.has(value as MatchValue));
    }
    case 'matchExcept':
      return anyElement((value) => value !== null && !test.values.has(value as MatchValue));
    case 'matchText':
      return anyElement(compileText(test.mode, test.text, !isNested && source.isTextIndexed(path)));
    case 'range':
      return anyElement((value) => {
        const number = numberOf(value);
        return number !== undefined && isWithin(number, test.range);
      });
    case 'datetimeRange':
      return anyElement((value) => {
        const datetimeUs = typeof value === 'string' ? parseDatetimeUs(value) : undefined;
        return datetimeUs !== undefined && isWithin(datetimeUs, test.range);
      });
    case 'geo':
      return anyElement((value) => {
        const point = geoPointOf(value);
        return point !== undefined && isInArea(point, test.area);
      });
    case 'valuesCount':
      return (payload) => valuesAt(payload, path).some((value) => isWithin(countOf(value), test.range));
    case 'isEmpty':
      return (payload) => isEmptyAt(payload, path) === test.expected;
    case 'isNull':
      return (payload) => isNullAt(payload, path) === test.expected;
  }
}

/** The index's row sets of all values, or undefined when the index does not answer for every one of them. */
export function indexedSets(values: Iterable<MatchValue>, path: PayloadPath, source: PointSource): ReadonlySet<number>[] | undefined {
  const sets: ReadonlySet<number>[] = [];
  for (const value of values) {
    const rows = source.indexedRows(path, value);
    if (rows === undefined) {
      return undefined;
    }
    sets.push(rows);
  }
  return sets;
}

function compileCondition(condition: Condition, source: PointSource, isNested: boolean): Matches {
  switch (condition.kind) {
    case 'field': {
      const tests = condition.tests.map((test) => compileTest(test, condition.path, source, isNested));
      const [only] = tests;
      return tests.length === 1 && only !== undefined ? only : (payload, row) => tests.some((test) => test(payload, row));
    }
    case 'isEmpty':
      return (payload) => isEmptyAt(payload, condition.path);
    case 'isNull':
      return (payload) => isNullAt(payload, condition.path);
    case 'hasId':
      return (_payload, row) => !isNested && condition.ids.has(source.idOf(row));
    case 'hasVector':
      return (_payload, row) => !isNested && source.hasVector(row, condition.vectorName);
    case 'nested': {
      const inner = compileFilter(condition.filter, source, true);
      return (payload, row) => valuesAt(payload, condition.path).some((element) => isObject(element) && inner(element, row));
    }
    case 'filter':
      return compileFilter(condition.filter, source, isNested);
  }
}

/** Compiles a filter to a predicate of one point. */
export function compileFilter(filter: Filter, source: PointSource, isNested = false): Matches {
  const compile = (conditions: readonly Condition[]) => conditions.map((condition) => compileCondition(condition, source, isNested));
  const must = compile(filter.must);
  const should = compile(filter.should);
  const mustNot = compile(filter.mustNot);
  const atLeast = compile(filter.minShould?.conditions ?? []);
  const minCount = filter.minShould?.minCount ?? 0;
  return (payload, row) => {
    const holds = (matches: Matches) => matches(payload, row);
    return (
      must.every(holds) &&
      (should.length === 0 || should.some(holds)) &&
      !mustNot.some(holds) &&
      (minCount === 0 || atLeast.filter(holds).length >= minCount)
    );
  };
}
