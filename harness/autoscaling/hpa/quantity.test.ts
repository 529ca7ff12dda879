import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { durationMs } from './duration.ts';
import { approximateFloat, milliValue, quantitySchema } from './quantity.ts';

describe('milliValue', () => {
  it.each([
    ['250m', 250n],
    ['1', 1000n],
    ['1.5', 1500n],
    ['.5', 500n],
    ['5.', 5000n],
    ['0', 0n],
    ['+2', 2000n],
    ['-50', -50_000n],
    ['1e3', 1_000_000n],
    ['1E3', 1_000_000n],
    ['15e-1', 1500n],
    ['1k', 1_000_000n],
    ['1Ki', 1_024_000n],
    ['512Mi', 536_870_912_000n],
    ['1Gi', 1_073_741_824_000n],
    ['1.5Gi', 1_610_612_736_000n],
    ['1100100u', 1101n],
    ['100n', 1n],
    ['-100n', -1n],
    ['1000000n', 1n],
    ['0.0001', 1n],
  ] as const)('%s is %s thousandths', (text, milli) => {
    expect(milliValue(text)).toBe(milli);
  });

  it.each(['', 'm', '.', '1 Gi', '1gi', '1kk', '0x10', '1e', '--1', '1,5', 'NaN', 'Infinity'])('refuses %j', (text) => {
    expect(() => milliValue(text)).toThrow(`"${text}" is no quantity`);
  });

  it('refuses what an int64 of thousandths does not hold', () => {
    expect(() => milliValue('10P')).toThrow('more than 64 bits hold in thousandths');
    expect(milliValue('9223372036854775807m')).toBe(2n ** 63n - 1n);
  });

  it('is exact for every number of thousandths', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }), (milli) => {
        expect(milliValue(`${milli}m`)).toBe(milli);
        const digits = String(milli < 0n ? -milli : milli).padStart(4, '0');
        expect(milliValue(`${milli < 0n ? '-' : ''}${digits.slice(0, -3)}.${digits.slice(-3)}`)).toBe(milli);
      }),
    );
  });

  it('orders quantities as their values are ordered', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.nat(1_000_000), (a, b) => {
        expect(milliValue(`${a}Ki`) <= milliValue(`${b}Ki`)).toBe(a <= b);
      }),
    );
  });
});

describe('approximateFloat', () => {
  it('multiplies the canonical digits as the controller does', () => {
    expect(approximateFloat('0.05')).toBe(50 * 10 ** -3);
    expect(approximateFloat('50m')).toBe(0.05);
    expect(approximateFloat('2')).toBe(2);
    expect(approximateFloat('0.00005')).toBe(50 * 10 ** -6);
  });
});

describe('quantitySchema', () => {
  it('takes numbers, as Kubernetes does', () => {
    expect(quantitySchema.parse(2)).toBe('2');
    expect(quantitySchema.parse(0.5)).toBe('0.5');
    expect(quantitySchema.safeParse(Number.NaN).success).toBe(false);
    expect(quantitySchema.safeParse(true).success).toBe(false);
  });
});

describe('durationMs', () => {
  it('reads what Go writes', () => {
    expect([durationMs('15s'), durationMs('1m30s'), durationMs('1h0m0s'), durationMs('500ms'), durationMs('1.5s')]).toEqual([
      15_000, 90_000, 3_600_000, 500, 1500,
    ]);
    for (const text of ['', '15', 's', '15 s', '1d']) {
      expect(() => durationMs(text)).toThrow('is no duration');
    }
  });
});
