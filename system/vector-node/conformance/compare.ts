import type { Json } from './recording.ts';

/** Numbers are equal within this, relative or absolute: scores are 32-bit floats. */
const tolerance = 1e-5;

type JsonObject = { readonly [key: string]: Json };

export interface CompareOptions {
  /** Paths of lists that are sets. */
  readonly unordered?: readonly string[];
  /** Only types count and keys beyond the expected ones are allowed, below this path. */
  readonly shapeBelow?: string;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  const text = JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? `${item}` : item)) ?? 'nothing';
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

/** The type of a JSON value; an integer beyond 2^53 is read as a bigint and is a number too. */
function typeOf(value: unknown): string {
  if (value === null) {
    return 'null';
  }
  if (Array.isArray(value)) {
    return 'array';
  }
  return typeof value === 'bigint' ? 'number' : typeof value;
}

function hasType(value: unknown, type: string): boolean {
  switch (type) {
    case 'any':
      return value !== undefined;
    case 'integer':
      return typeof value === 'bigint' || Number.isInteger(value);
    default:
      return typeOf(value) === type;
  }
}

function numbersDiffer(expected: number, actual: unknown): boolean {
  if (typeof actual === 'bigint') {
    return actual !== BigInt(expected);
  }
  if (typeof actual !== 'number') {
    return true;
  }
  return Math.abs(expected - actual) > tolerance * Math.max(1, Math.abs(expected));
}

/** Integers are compared as such: an id or a count that is off by one is wrong however large it is. */
function isExactInteger(expected: number, actual: unknown): boolean {
  return Number.isInteger(expected) && typeof actual === 'number' && Number.isInteger(actual);
}

/**
 * What keeps an answer from matching a recorded one, as sentences with the path; none when it matches.
 * The rules are those of the recordings: `$volatile`, `$engine`, `$u64` and `$map` stand for more than one value, all else is exact.
 */
export function differences(expected: Json, actual: unknown, options: CompareOptions = {}, path = ''): string[] {
  const at = path === '' ? 'the body' : path;
  if (isObject(expected)) {
    const special = compareSpecial(expected, actual, options, path);
    if (special !== undefined) {
      return special.map((problem) => `${at}: ${problem}`);
    }
  }
  const { shapeBelow } = options;
  const isShape = shapeBelow !== undefined && (path === shapeBelow || path.startsWith(`${shapeBelow}.`));
  if (Array.isArray(expected)) {
    return Array.isArray(actual)
      ? compareLists(expected as readonly Json[], actual, options, path, isShape)
      : [`${at}: expected a list, got ${show(actual)}`];
  }
  if (isObject(expected)) {
    return isObject(actual) ? compareObjects(expected, actual, options, path, isShape) : [`${at}: expected an object, got ${show(actual)}`];
  }
  if (isShape) {
    return typeOf(expected) === typeOf(actual) ? [] : [`${at}: expected a ${typeOf(expected)}, got ${show(actual)}`];
  }
  if (typeof expected === 'number') {
    const differ = isExactInteger(expected, actual) ? expected !== actual : numbersDiffer(expected, actual);
    return differ ? [`${at}: expected ${expected}, got ${show(actual)}`] : [];
  }
  return expected === actual ? [] : [`${at}: expected ${show(expected)}, got ${show(actual)}`];
}

/** The problems of a value that stands for others; undefined when it is an ordinary object. */
function compareSpecial(expected: JsonObject, actual: unknown, options: CompareOptions, path: string): string[] | undefined {
  const { $volatile, matches } = expected;
  if (typeof $volatile === 'string') {
    if (!hasType(actual, $volatile)) {
      return [`expected any ${$volatile}, got ${show(actual)}`];
    }
    const isMatch = typeof matches !== 'string' || (typeof actual === 'string' && new RegExp(`^(?:${matches})$`, 's').test(actual));
    return isMatch ? [] : [`expected text that matches ${String(matches)}, got ${show(actual)}`];
  }
  if ('$engine' in expected) {
    return actual === null ? [] : compareType(expected.$engine, actual);
  }
  if (typeof expected.$u64 === 'string') {
    const exact = typeof actual === 'bigint' ? actual : Number.isSafeInteger(actual) ? BigInt(actual as number) : undefined;
    return exact === BigInt(expected.$u64) ? [] : [`expected exactly ${expected.$u64}, got ${show(actual)}`];
  }
  if (expected.$map !== undefined) {
    const shape = expected.$map;
    if (!isObject(actual)) {
      return [`expected an object, got ${show(actual)}`];
    }
    return Object.entries(actual).flatMap(([key, value]) => differences(shape, value, options, `${path}.${key}`));
  }
  return undefined;
}

function compareType(recorded: Json | undefined, actual: unknown): string[] {
  return typeOf(recorded) === typeOf(actual) ? [] : [`expected a ${typeOf(recorded)} or null, got ${show(actual)}`];
}

function compareLists(expected: readonly Json[], actual: readonly unknown[], options: CompareOptions, path: string, isShape: boolean) {
  if (isShape) {
    const [shape] = expected;
    // An empty list of either side says nothing about its elements.
    return shape === undefined ? [] : actual.flatMap((item, index) => differences(shape, item, options, `${path}.${index}`));
  }
  if (expected.length !== actual.length) {
    return [`${path}: expected ${expected.length} elements, got ${actual.length}: ${show(actual)}`];
  }
  if (options.unordered?.includes(path) !== true) {
    return expected.flatMap((item, index) => differences(item, actual[index], options, `${path}.${index}`));
  }
  const left = [...actual];
  const problems: string[] = [];
  for (const item of expected) {
    const found = left.findIndex((candidate) => differences(item, candidate, options, path).length === 0);
    if (found === -1) {
      problems.push(`${path}: nothing in ${show(actual)} matches ${show(item)}`);
    } else {
      left.splice(found, 1);
    }
  }
  return problems;
}

function compareObjects(expected: JsonObject, actual: JsonObject, options: CompareOptions, path: string, isShape: boolean): string[] {
  const below = (key: string) => (path === '' ? key : `${path}.${key}`);
  const problems = Object.entries(expected).flatMap(([key, value]) =>
    Object.hasOwn(actual, key) ? differences(value, actual[key], options, below(key)) : [`${below(key)}: is missing`],
  );
  const unexpected = isShape ? [] : Object.keys(actual).filter((key) => !Object.hasOwn(expected, key));
  return [...problems, ...unexpected.map((key) => `${below(key)}: is not expected, got ${show(actual[key])}`)];
}
