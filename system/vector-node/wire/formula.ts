import { FormatError, wrongInput } from '../errors.ts';
import { parseDatetimeUs } from '../filter/datetime.ts';
import type { Filter } from '../filter/filter.ts';
import { type GeoPoint, geoPointOf } from '../filter/geo.ts';
import { readFilter } from '../filter/read-filter.ts';
import { numberOf } from '../json/integral-float.ts';
import { isObject, type Payload, type PayloadPath, parsePath } from '../points/payload-path.ts';
import { isGiven } from './selection.ts';

export type DecayKind = 'lin' | 'exp' | 'gauss';

export type Expression =
  | { readonly kind: 'constant'; readonly value: number }
  /** The score that a prefetch gave. */
  | { readonly kind: 'score'; readonly prefetch: number }
  | { readonly kind: 'payload'; readonly path: PayloadPath }
  /** 1 for a point that passes, otherwise 0. */
  | { readonly kind: 'condition'; readonly filter: Filter }
  | { readonly kind: 'sum' | 'mult'; readonly parts: readonly Expression[] }
  | { readonly kind: 'neg' | 'abs' | 'sqrt' | 'exp' | 'ln' | 'log10'; readonly of: Expression }
  | { readonly kind: 'div'; readonly left: Expression; readonly right: Expression; readonly byZero: number | undefined }
  | { readonly kind: 'pow'; readonly base: Expression; readonly exponent: Expression }
  /** Meters. */
  | { readonly kind: 'distance'; readonly origin: GeoPoint; readonly to: PayloadPath }
  /** Seconds since 1970 of the text under a key. */
  | { readonly kind: 'datetimeOf'; readonly path: PayloadPath }
  | { readonly kind: 'decay'; readonly decay: DecayKind; readonly x: Expression; readonly target: Expression; readonly rate: number };

export interface Formula {
  readonly expression: Expression;
  /** Values of scores and payload keys that a point does not have, by the name that the formula uses. */
  readonly defaults: Payload;
}

const deepest = 64;
const refused = () => new FormatError('Expected some form of vector, id, or a type of query');
const unary = ['neg', 'abs', 'sqrt', 'exp', 'ln', 'log10'] as const;

function required(value: unknown): number {
  const number = numberOf(value);
  if (number === undefined) {
    throw refused();
  }
  return Number(number);
}

function readVariable(name: string): Expression {
  const score = /^\$score(?:\[(\d{1,6})\])?$/.exec(name);
  return score === null ? { kind: 'payload', path: parsePath(name) } : { kind: 'score', prefetch: Number(score[1] ?? 0) };
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') {
    throw refused();
  }
  return value;
}

function readDecay(decay: DecayKind, value: unknown, depth: number): Expression {
  const given = isObject(value) ? value : {};
  const midpoint = isGiven(given.midpoint) ? required(given.midpoint) : 0.5;
  const scale = isGiven(given.scale) ? required(given.scale) : 1;
  if (decay === 'lin' ? midpoint < 0 || midpoint > 1 : midpoint <= 0 || midpoint >= 1) {
    const range =
      decay === 'lin' ? 'Linear decay midpoint should be in the range [0.0, 1.0]' : 'Decay midpoint should be in the range (0.0, 1.0)';
    throw wrongInput(`Validation failed: ${range}, got ${midpoint}.`);
  }
  if (scale <= 0) {
    throw wrongInput(`Validation failed: Decay scale should be non-zero positive, got ${scale}.`);
  }
  const rates = { lin: (1 - midpoint) / scale, exp: Math.log(midpoint) / scale, gauss: Math.log(midpoint) / scale ** 2 };
  const target: Expression = isGiven(given.target) ? readExpression(given.target, depth) : { kind: 'constant', value: 0 };
  return { kind: 'decay', decay, x: readExpression(given.x, depth), target, rate: rates[decay] };
}

type Reader = (value: unknown, depth: number) => Expression;

const list =
  (kind: 'sum' | 'mult'): Reader =>
  (value, depth) => {
    if (!Array.isArray(value)) {
      throw refused();
    }
    return { kind, parts: value.map((part) => readExpression(part, depth)) };
  };

/** One reader for each operator, by the member that names it. */
const operators: Readonly<Record<string, Reader>> = {
  sum: list('sum'),
  mult: list('mult'),
  ...Object.fromEntries(unary.map((kind): [string, Reader] => [kind, (value, depth) => ({ kind, of: readExpression(value, depth) })])),
  div(value, depth) {
    const { left, right, by_zero_default: byZero } = isObject(value) ? value : {};
    return {
      kind: 'div',
      left: readExpression(left, depth),
      right: readExpression(right, depth),
      byZero: isGiven(byZero) ? required(byZero) : undefined,
    };
  },
  pow(value, depth) {
    const { base, exponent } = isObject(value) ? value : {};
    return { kind: 'pow', base: readExpression(base, depth), exponent: readExpression(exponent, depth) };
  },
  geo_distance(value) {
    const given = isObject(value) ? value : {};
    const origin = geoPointOf(given.origin);
    if (origin === undefined) {
      throw refused();
    }
    return { kind: 'distance', origin, to: parsePath(textOf(given.to)) };
  },
  datetime(value) {
    const datetimeUs = parseDatetimeUs(textOf(value));
    if (datetimeUs === undefined) {
      throw refused();
    }
    return { kind: 'constant', value: datetimeUs / 1e6 };
  },
  datetime_key: (value) => ({ kind: 'datetimeOf', path: parsePath(textOf(value)) }),
  lin_decay: (value, depth) => readDecay('lin', value, depth),
  exp_decay: (value, depth) => readDecay('exp', value, depth),
  gauss_decay: (value, depth) => readDecay('gauss', value, depth),
};

function readExpression(value: unknown, depth: number): Expression {
  if (depth > deepest) {
    throw refused();
  }
  const constant = numberOf(value);
  if (constant !== undefined) {
    return { kind: 'constant', value: Number(constant) };
  }
  if (typeof value === 'string') {
    return readVariable(value);
  }
  if (!isObject(value)) {
    throw refused();
  }
  const [operator, ...others] = Object.keys(value);
  const read = operator === undefined || others.length > 0 || !Object.hasOwn(operators, operator) ? undefined : operators[operator];
  if (read !== undefined && operator !== undefined) {
    return read(value[operator], depth + 1);
  }
  const filter = readFilter({ must: [value] }, { name: 'formula', allowsEmptyField: false });
  if (filter === undefined) {
    throw refused();
  }
  return { kind: 'condition', filter };
}

/** Reads a formula over the scores of prefetches and the payloads of points. */
export function readFormula(value: unknown, defaults: unknown): Formula {
  return { expression: readExpression(value, 0), defaults: isObject(defaults) ? defaults : {} };
}
