import { badRequest, FormatError, invalidBody } from '../errors.ts';
import { isObject, type Payload, parsePath } from '../points/payload-path.ts';
import { readPointId } from '../points/point-id.ts';
import { describeValue, expectFloat, expectObject, expectString, expectUnsigned } from '../wire/expect.ts';
import { parseDatetimeUs } from './datetime.ts';
import type { Condition, FieldTest, Filter, MatchValue, Range } from './filter.ts';
import { readGeoArea } from './geo.ts';

const clauses = ['should', 'min_should', 'must', 'must_not'];
const conditionExpected =
  'Expected some form of condition, which can be a field condition (like {"key": ..., "match": ... }), or some other mentioned in the ' +
  'documentation: https://qdrant.tech/documentation/concepts/filtering/#filtering-conditions';
const geoTests = ['geo_bounding_box', 'geo_radius', 'geo_polygon'] as const;
/** More conditions than any filter of a person or a program that means well; each costs time for every point. */
const greatestConditionCount = 65_536;

/** What differs between the calls that take a filter. */
export interface FilterContext {
  /** Name of the filter in validation errors, such as `scroll_request.filter`. */
  readonly name: string;
  /** Deleting takes a key without a condition, which matches nothing; reading refuses it. */
  readonly allowsEmptyField: boolean;
}

interface ReadContext extends FilterContext {
  /** How many conditions may still come. */
  readonly budget: { left: number };
}

/** Reads a filter of a request; absent and null are no filter. */
export function readFilter(value: unknown, context: FilterContext): Filter | undefined {
  return value === undefined || value === null ? undefined : readClauses(value, { ...context, budget: { left: greatestConditionCount } });
}

function readClauses(value: unknown, context: ReadContext): Filter {
  if (Array.isArray(value)) {
    throw new FormatError(`invalid length ${value.length}, expected struct Filter with 4 elements`);
  }
  const filter = expectObject(value, 'struct Filter');
  const unknownKey = Object.keys(filter).find((key) => !clauses.includes(key));
  if (unknownKey !== undefined) {
    throw new FormatError(`unknown field \`${unknownKey}\`, expected one of ${clauses.map((clause) => `\`${clause}\``).join(', ')}`);
  }
  const read = (clause: string) => readConditions(filter[clause], { ...context, name: `${context.name}.${clause}` });
  const base = { must: read('must'), should: read('should'), mustNot: read('must_not') };
  const minShould = filter.min_should;
  if (minShould === undefined || minShould === null) {
    return base;
  }
  const { conditions, min_count } = expectObject(minShould, 'struct MinShould');
  const name = `${context.name}.min_should.conditions`;
  return { ...base, minShould: { conditions: readConditions(conditions, { ...context, name }), minCount: expectUnsigned(min_count) } };
}

function readConditions(value: unknown, context: ReadContext): Condition[] {
  if (value === undefined || value === null) {
    return [];
  }
  if (!Array.isArray(value)) {
    return [readCondition(value, context)];
  }
  return value.map((condition, index) => readCondition(condition, { ...context, name: `${context.name}[${index}]` }));
}

function readCondition(value: unknown, context: ReadContext): Condition {
  context.budget.left -= 1;
  if (context.budget.left < 0) {
    throw badRequest(`the filter has more than ${greatestConditionCount} conditions`);
  }
  if (!isObject(value)) {
    throw new FormatError(conditionExpected);
  }
  if ('key' in value) {
    return readFieldCondition(value, context);
  }
  for (const [member, kind] of [
    ['is_empty', 'isEmpty'],
    ['is_null', 'isNull'],
  ] as const) {
    const inner = value[member];
    if (isObject(inner)) {
      return { kind, path: parsePath(expectString(inner.key)) };
    }
  }
  if (Array.isArray(value.has_id)) {
    return { kind: 'hasId', ids: new Set(value.has_id.map(readIdOfCondition)) };
  }
  if (typeof value.has_vector === 'string') {
    return { kind: 'hasVector', vectorName: value.has_vector };
  }
  if (isObject(value.nested)) {
    const { key, filter } = value.nested;
    const name = `${context.name}.nested.filter`;
    const path = parsePath(expectString(key));
    const last = path.steps.at(-1);
    const elements = last?.kind === 'all' ? path : { text: path.text, steps: [...path.steps, { kind: 'all' } as const] };
    return { kind: 'nested', path: elements, filter: readClauses(filter, { ...context, name }) };
  }
  if (Object.keys(value).every((key) => clauses.includes(key))) {
    return { kind: 'filter', filter: readClauses(value, context) };
  }
  throw new FormatError(conditionExpected);
}

function readIdOfCondition(id: unknown) {
  try {
    return readPointId(id);
  } catch {
    throw new FormatError(conditionExpected);
  }
}

function readFieldCondition(condition: Payload, context: ReadContext): Condition {
  const path = parsePath(expectString(condition.key));
  const tests: FieldTest[] = [];
  const isGiven = (name: string) => condition[name] !== undefined && condition[name] !== null;
  if (isGiven('match')) {
    tests.push(readMatch(condition.match));
  }
  if (isGiven('range')) {
    tests.push(readRange(condition.range));
  }
  if (isGiven('values_count')) {
    tests.push({
      kind: 'valuesCount',
      range: readBounds(expectObject(condition.values_count, 'struct ValuesCount'), (bound) => expectUnsigned(bound)),
    });
  }
  for (const [name, kind] of [
    ['is_empty', 'isEmpty'],
    ['is_null', 'isNull'],
  ] as const) {
    if (typeof condition[name] === 'boolean') {
      tests.push({ kind, expected: condition[name] });
    }
  }
  for (const geo of geoTests.filter(isGiven)) {
    tests.push({ kind: 'geo', area: readGeoArea(geo, condition[geo]) });
  }
  if (tests.length === 0 && !context.allowsEmptyField) {
    throw invalidBody(`${context.name}.__all__: Validation error: At least one field condition must be specified [{}]`);
  }
  return { kind: 'field', path, tests };
}

const isInteger = (value: unknown): value is number | bigint => typeof value === 'bigint' || Number.isSafeInteger(value);

function readMatch(value: unknown): FieldTest {
  const match = isObject(value) ? value : {};
  const single = match.value;
  if (typeof single === 'string' || typeof single === 'boolean' || isInteger(single)) {
    return { kind: 'matchAny', values: new Set([single]) };
  }
  for (const mode of ['text', 'text_any', 'phrase'] as const) {
    const text = match[mode];
    if (typeof text === 'string') {
      return { kind: 'matchText', mode, text };
    }
  }
  for (const [member, kind] of [
    ['any', 'matchAny'],
    ['except', 'matchExcept'],
  ] as const) {
    const values: unknown = match[member];
    if (Array.isArray(values) && (values.every((item) => typeof item === 'string') || values.every(isInteger))) {
      return { kind, values: new Set<MatchValue>(values) };
    }
  }
  throw new FormatError('data did not match any variant of untagged enum MatchInterface');
}

const boundNames = ['gt', 'gte', 'lt', 'lte'] as const;

function readBounds<Bound extends number | bigint>(range: Payload, read: (bound: unknown) => Bound): Range<Bound> {
  const bounds: { -readonly [Name in keyof Range<Bound>]: Range<Bound>[Name] } = {};
  for (const name of boundNames) {
    if (range[name] !== undefined && range[name] !== null) {
      bounds[name] = read(range[name]);
    }
  }
  return bounds;
}

/** A range of numbers, or of datetimes when any bound is text. */
function readRange(value: unknown): FieldTest {
  const range = expectObject(value, 'a map');
  if (boundNames.some((name) => typeof range[name] === 'string')) {
    return { kind: 'datetimeRange', range: readBounds(range, readDatetime) };
  }
  return { kind: 'range', range: readBounds(range, (bound) => (typeof bound === 'bigint' ? bound : expectFloat(bound, 'f64'))) };
}

function readDatetime(bound: unknown): number {
  if (typeof bound !== 'string') {
    throw new FormatError(`invalid type: ${describeValue(bound)}, expected a string`);
  }
  const datetimeUs = parseDatetimeUs(bound);
  if (datetimeUs === undefined) {
    throw new FormatError(`'${bound}' does not match accepted datetime format (RFC3339). Example: 2014-01-01T00:00:00Z`);
  }
  return datetimeUs;
}
