import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FlatSegment } from '../segment/flat-segment.ts';
import { readFormula } from '../wire/formula.ts';
import { formulaScore } from './formula.ts';

const payload = { n: 4, list: [1], when: '2024-01-01T00:00:10Z', at: { lon: 0, lat: 0 }, city: 'Rome', deep: { x: 2 } };
const segment = new FlatSegment({});
segment.upsert({ id: 1, vectors: new Map(), payload, payloadJson: JSON.stringify(payload) }, 1);
const sources = [[{ row: 0, score: 0.5, version: 1 }], []];
const score = (formula: unknown, defaults: unknown = {}) => formulaScore(readFormula(formula, defaults), sources, segment)(0);

test.each<[unknown, number]>([
  [2.5, 2.5],
  ['$score', 0.5],
  ['$score[0]', 0.5],
  ['$score[1]', 0],
  ['n', 4],
  ['deep.x', 2],
  [{ sum: ['$score', { mult: [0.5, 'n'] }] }, 2.5],
  [{ mult: [0, 'nope'] }, 0],
  [{ neg: 'n' }, -4],
  [{ abs: { neg: 'n' } }, 4],
  [{ sqrt: 'n' }, 2],
  [{ exp: 0 }, 1],
  [{ ln: 1 }, 0],
  [{ log10: 100 }, 2],
  [{ div: { left: 'n', right: 8 } }, 0.5],
  [{ div: { left: 'n', right: 0, by_zero_default: 7 } }, 7],
  [{ pow: { base: 'n', exponent: 2 } }, 16],
  [{ key: 'city', match: { value: 'Rome' } }, 1],
  [{ mult: [3, { key: 'city', match: { value: 'Bonn' } }] }, 0],
  [{ geo_distance: { origin: { lon: 0, lat: 0 }, to: 'at' } }, 0],
  [{ sum: [{ datetime_key: 'when' }, { neg: { datetime: '2024-01-01T00:00:00Z' } }] }, 10],
  [{ lin_decay: { x: 'n', target: 2, scale: 4 } }, 0.75],
  [{ exp_decay: { x: 'n', target: 3 } }, 0.5],
  [{ gauss_decay: { x: 'n', target: 2, scale: 2 } }, 0.5],
])('%j is %f', (formula, expected) => {
  expect(score(formula)).toBeCloseTo(expected, 6);
});

test('what a point lacks has the value of the defaults', () => {
  expect(score({ sum: ['missing', '$score[1]'] }, { missing: 3, '$score[1]': 0.25 })).toBe(3.25);
});

describe('refused', () => {
  test.each<[unknown, string]>([
    ['missing', 'Expected number value for missing in the payload and/or in the formula defaults'],
    ['city', 'Error: Value is not a number'],
    [{ div: { left: 1, right: 0 } }, 'The expression 1/0 = Infinity produced a non-finite number'],
    [{ ln: 0 }, 'The expression ln(0) = -Infinity produced a non-finite number'],
    [{ sqrt: { neg: 1 } }, 'The expression √-1 = NaN'],
    [{ lin_decay: { x: 1, midpoint: 2 } }, 'Linear decay midpoint should be in the range [0.0, 1.0], got 2.'],
    [{ exp_decay: { x: 1, scale: 0 } }, 'Decay scale should be non-zero positive, got 0.'],
    [{ sum: 1 }, 'Expected some form of vector, id, or a type of query'],
    [null, 'Expected some form of vector, id, or a type of query'],
  ])('%j', (formula, message) => {
    expect(() => score(formula)).toThrow(message);
  });
});

test('a decay is 1 at its target, its midpoint at a scale from it, and never outside 0 to 1', () => {
  const numbers = fc.double({ min: -50, max: 50, noNaN: true });
  fc.assert(
    fc.property(
      fc.constantFrom('lin', 'exp', 'gauss'),
      numbers,
      numbers,
      fc.double({ min: 0.5, max: 20, noNaN: true }),
      (kind, x, target, scale) => {
        const decay = (at: number) => score({ [`${kind}_decay`]: { x: at, target, scale, midpoint: 0.3 } });
        expect(decay(target)).toBeCloseTo(1, 5);
        expect(decay(target + scale)).toBeCloseTo(0.3, 5);
        expect(decay(x)).toBeGreaterThanOrEqual(0);
        expect(decay(x)).toBeLessThanOrEqual(1);
      },
    ),
  );
});
