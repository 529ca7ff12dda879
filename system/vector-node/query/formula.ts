import { wrongInput } from '../errors.ts';
import { parseDatetimeUs } from '../filter/datetime.ts';
import { distanceMeters, geoPointOf } from '../filter/geo.ts';
import { compileFilter } from '../filter/matcher.ts';
import { numberOf } from '../json/integral-float.ts';
import { type PayloadPath, valuesAt } from '../points/payload-path.ts';
import type { FlatSegment } from '../segment/flat-segment.ts';
import type { Expression, Formula } from '../wire/formula.ts';
import type { RowScorer } from './examples.ts';
import type { Hit } from './hit.ts';

function finite(value: number, expression: () => string): number {
  if (!Number.isFinite(value)) {
    throw wrongInput(`The expression ${expression()} = ${value} produced a non-finite number`);
  }
  return value;
}

/** Compiles a formula to a score of a row; throws for a point without a value that it needs, and for a score that is no number. */
export function formulaScore({ expression, defaults }: Formula, sources: readonly (readonly Hit[])[], segment: FlatSegment): RowScorer {
  const scores = sources.map((hits) => new Map(hits.map(({ row, score }) => [row, score])));

  const payloadReader =
    <T>(path: PayloadPath, type: string, read: (value: unknown) => T | undefined) =>
    (row: number): T => {
      const values = valuesAt(segment.payloadOf(row), path);
      const [value = defaults[path.text]] = values;
      const found = values.length > 1 ? undefined : read(value);
      if (found === undefined) {
        const problem = value === undefined ? 'No value found in a payload nor defaults' : `Value is not a ${type}`;
        throw wrongInput(`Expected ${type} value for ${path.text} in the payload and/or in the formula defaults. Error: ${problem}`);
      }
      return found;
    };

  function compile(part: Expression): RowScorer {
    switch (part.kind) {
      case 'constant':
        return () => part.value;
      case 'score': {
        const names = part.prefetch === 0 ? ['$score', '$score[0]'] : [`$score[${part.prefetch}]`];
        const standard = Number(names.map((name) => numberOf(defaults[name])).find((value) => value !== undefined) ?? 0);
        return (row) => scores[part.prefetch]?.get(row) ?? standard;
      }
      case 'payload': {
        const read = payloadReader(part.path, 'number', numberOf);
        return (row) => Number(read(row));
      }
      case 'condition': {
        const matches = compileFilter(part.filter, segment);
        return (row) => (matches(segment.payloadOf(row), row) ? 1 : 0);
      }
      case 'sum': {
        const parts = part.parts.map(compile);
        return (row) => parts.reduce((sum, of) => sum + of(row), 0);
      }
      case 'mult': {
        const parts = part.parts.map(compile);
        return (row) => {
          let product = 1;
          for (const of of parts) {
            product *= of(row);
            // What follows a zero is not looked at, as in the engine: it may lack a value.
            if (product === 0) {
              return 0;
            }
          }
          return product;
        };
      }
      case 'neg':
      case 'abs':
      case 'sqrt':
      case 'exp':
      case 'ln':
      case 'log10':
        return compileUnary(part.kind, compile(part.of));
      case 'div': {
        const [left, right] = [compile(part.left), compile(part.right)];
        return (row) => {
          const dividend = left(row);
          if (dividend === 0) {
            return 0;
          }
          const divisor = right(row);
          return divisor === 0 && part.byZero !== undefined ? part.byZero : finite(dividend / divisor, () => `${dividend}/${divisor}`);
        };
      }
      case 'pow': {
        const [base, exponent] = [compile(part.base), compile(part.exponent)];
        return (row) => {
          const [value, power] = [base(row), exponent(row)];
          return finite(value ** power, () => `${value}^${power}`);
        };
      }
      case 'distance': {
        const read = payloadReader(part.to, 'geo point', geoPointOf);
        return (row) => distanceMeters(part.origin, read(row));
      }
      case 'datetimeOf': {
        const read = payloadReader(part.path, 'datetime', (value) => (typeof value === 'string' ? parseDatetimeUs(value) : undefined));
        return (row) => read(row) / 1e6;
      }
      case 'decay': {
        const [x, target] = [compile(part.x), compile(part.target)];
        const { rate, decay } = part;
        return (row) => {
          const away = Math.abs(x(row) - target(row));
          return decay === 'lin' ? Math.max(0, 1 - rate * away) : Math.exp(rate * (decay === 'exp' ? away : away ** 2));
        };
      }
    }
  }

  const score = compile(expression);
  return (row) => {
    const value = score(row);
    return finite(Math.fround(value), () => `${value} as f32`);
  };
}

const unaryFunctions = {
  neg: { of: (value: number) => -value, text: (value: number) => `-${value}` },
  abs: { of: Math.abs, text: (value: number) => `|${value}|` },
  sqrt: { of: Math.sqrt, text: (value: number) => `√${value}` },
  exp: { of: Math.exp, text: (value: number) => `exp(${value})` },
  ln: { of: Math.log, text: (value: number) => `ln(${value})` },
  log10: { of: Math.log10, text: (value: number) => `log10(${value})` },
};

function compileUnary(kind: keyof typeof unaryFunctions, inner: RowScorer): RowScorer {
  const { of, text } = unaryFunctions[kind];
  return (row) => {
    const value = inner(row);
    return finite(of(value), () => text(value));
  };
}
