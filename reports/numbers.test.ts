import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { metricIds } from '../harness/contract/metrics.ts';
import {
  count,
  duration,
  figure,
  interval,
  joined,
  memory,
  percent,
  range,
  signedPercent,
  significant,
  span,
  thousandths,
  threshold,
  zeroBound,
} from './numbers.ts';

const plain = (text: string) => Number(text.replaceAll(',', '').replace('−', '-'));

describe('significant', () => {
  it.each([
    [6.123, '6.12'],
    [41.66, '41.7'],
    [117.6, '118'],
    [0.041_72, '0.0417'],
    [99.96, '100'],
    [9.996, '10.0'],
    [1234, '1,230'],
    [72_000, '72,000'],
    [1_234_567, '1,230,000'],
    [240, '240'],
    [0, '0'],
    [-0, '0'],
    [-3.1, '−3.10'],
    [1.5e-7, '0.000000150'],
  ])('%d is printed as %s', (value, text) => {
    expect(significant(value)).toBe(text);
  });

  it('is within half a unit of the third digit, with a true minus and no exponent', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1e12, noNaN: true }), fc.boolean(), (magnitude, negative) => {
        const value = negative ? -magnitude : magnitude;
        const text = significant(value);
        expect(text).toMatch(/^−?[\d,]+(\.\d+)?$/);
        expect(Math.abs(plain(text) - value)).toBeLessThanOrEqual(Math.abs(value) * 0.005 + 1e-20);
      }),
    );
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('refuses %d', (value) => {
    expect(() => significant(value)).toThrow(/NOT_A_FIGURE/);
  });
});

describe('units', () => {
  it('switches from ms to s on the rounded value', () => {
    expect(joined(duration(999.4))).toBe('999 ms');
    expect(joined(duration(999.7))).toBe('1.00 s');
    expect(joined(duration(1234))).toBe('1.23 s');
  });
  it('names memory in binary units', () => {
    expect(joined(memory(512))).toBe('512 B');
    expect(joined(memory(190_000_000))).toBe('181 MiB');
    expect(joined(memory(1024 ** 3 * 1.5))).toBe('1.50 GiB');
  });
  it('binds a rate without a space and a percentage with one', () => {
    expect(joined(figure('offered-rate', 240))).toBe('240/s');
    expect(joined(figure('error-ratio', 0.000_417))).toBe('0.0417 %');
  });
  it('says a length of time in words', () => {
    expect(span(2_472_000)).toBe('41 min 12 s');
    expect(span(3_600_000)).toBe('1 h 0 min 0 s');
    expect(span(400)).toBe('0 s');
  });
});

describe('shares', () => {
  it('never rounds what is not everything to everything', () => {
    expect(percent(1)).toBe('100');
    expect(percent(0.9997)).toBe('99.97');
    expect(percent(0.999_999)).toBe('> 99.99');
    expect(thousandths(0.9999)).toBe('> 0.999');
    expect(thousandths(1)).toBe('1.000');
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (share) => {
        expect(percent(share)).not.toBe('100');
        expect(thousandths(share)).not.toBe('1.000');
      }),
    );
  });
  it('bounds zero of n by the rule of three', () => {
    expect(zeroBound(72_000)).toBe('0.00417');
    expect(zeroBound(0)).toBeUndefined();
  });
});

describe('changes, intervals and limits', () => {
  it.each([
    [-0.18, '−18.0'],
    [0.1664, '+16.6'],
    [-0.000_41, '−0.04'],
    [0, '±0'],
    [12.344, '+1,230'],
  ])('margin %d is %s', (share, text) => {
    expect(signedPercent(share)).toBe(text);
  });
  it('keeps the sign of every change and at most two decimals', () => {
    fc.assert(
      fc.property(fc.double({ min: -50, max: 50, noNaN: true }), (share) => {
        fc.pre(share !== 0);
        expect(signedPercent(share)).toMatch(share < 0 ? /^−[\d,]+(\.\d{1,2})?$/ : /^\+[\d,]+(\.\d{1,2})?$/);
      }),
    );
  });
  it('writes "to" where a bound is negative', () => {
    expect(range('1.88', '2.06')).toBe('1.88–2.06');
    expect(range('−3.10', '+17.9')).toBe('−3.10 to +17.9');
  });
  it('prints the bounds in the unit of the value', () => {
    expect(interval('search-response-p99', 1010, { low: 950, high: 1100, confidence: 0.95 })).toBe('0.950–1.10');
    expect(interval('search-response-p99', 118, { low: 111, high: 126, confidence: 0.9 })).toBe('111–126, 90.0 %');
    expect(interval('resident-bytes', 1024 ** 3, { low: 1024 ** 2 * 900, high: 1024 ** 3 * 1.1, confidence: 0.95 })).toBe('0.879–1.10');
  });
  it('states a limit as the scenario does', () => {
    expect(joined(threshold('search-response-p99', 1500))).toBe('1,500 ms');
    expect(joined(threshold('recall-at-10', 0.95))).toBe('0.950');
    expect(joined(threshold('error-ratio', 0.001))).toBe('0.1 %');
    expect(joined(threshold('error-ratio', 0.003))).toBe('0.3 %');
  });
  it('prints every registered metric', () => {
    for (const id of metricIds) {
      expect(joined(figure(id, 0.75))).not.toMatch(/NaN|undefined/);
      expect(joined(threshold(id, 0.75))).not.toMatch(/NaN|undefined/);
    }
  });
  it('groups counts and keeps them exact', () => {
    expect(count(1_234_567)).toBe('1,234,567');
  });
});
