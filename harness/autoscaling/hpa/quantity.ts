import { z } from 'zod';

/**
 * Kubernetes quantities ("250m", "1Gi", "1.5", "1e3"), parsed exactly. Facts from
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */

const decimalExponents: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const binaryExponents: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
const maximumMilli = 2n ** 63n - 1n;

/** Sign, digits before the point, digits after it, and a suffix: binary, decimal or a decimal exponent. */
const pattern = /^([+-]?)(\d+|(?=\.\d))(?:\.(\d*))?(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?\d{1,3})?$/;

interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

function exactValue(text: string): Fraction | undefined {
  const [match, sign = '', whole = '', fraction = '', suffix = ''] = pattern.exec(text) ?? [];
  if (match === undefined) {
    return undefined;
  }
  const digits = BigInt(`${whole}${fraction}` || '0') * (sign === '-' ? -1n : 1n);
  const binary = binaryExponents[suffix] ?? 0;
  const decimal = (decimalExponents[suffix] ?? (binary > 0 ? 0 : Number(suffix.slice(1)))) - fraction.length;
  const scale = 10n ** BigInt(Math.abs(decimal));
  return {
    numerator: digits * 2n ** BigInt(binary) * (decimal > 0 ? scale : 1n),
    denominator: decimal < 0 ? scale : 1n,
  };
}

/** Away from zero: Kubernetes never rounds a small quantity down to none. */
function roundedUp({ numerator, denominator }: Fraction, scale: bigint): bigint {
  const scaled = numerator * scale;
  const quotient = scaled / denominator;
  const rest = scaled % denominator;
  return rest === 0n ? quotient : quotient + (rest > 0n ? 1n : -1n);
}

/**
 * The quantity in thousandths, rounded away from zero where it is finer, as an int64 in Kubernetes.
 * Throws `RangeError` on anything that is no quantity or does not fit.
 */
export function milliValue(text: string): bigint {
  const value = exactValue(text);
  if (value === undefined) {
    throw new RangeError(`"${text}" is no quantity such as 250m, 1Gi or 1.5`);
  }
  const milli = roundedUp(value, 1000n);
  if (milli > maximumMilli || milli < -maximumMilli) {
    throw new RangeError(`"${text}" is more than 64 bits hold in thousandths`);
  }
  return milli;
}

/**
 * The nearest float as the controller sees it: a quantity reaches it in its canonical form, whose digits are multiplied by a power of ten.
 * Throws `RangeError` as `milliValue` does.
 */
export function approximateFloat(text: string): number {
  milliValue(text);
  const value = exactValue(text) as Fraction;
  for (const [exponent, scale] of [
    [0, 1n],
    [-3, 1000n],
    [-6, 1_000_000n],
  ] as const) {
    if ((value.numerator * scale) % value.denominator === 0n) {
      const digits = Number((value.numerator * scale) / value.denominator);
      return exponent === 0 ? digits : digits * 10 ** exponent;
    }
  }
  return Number(roundedUp(value, 1_000_000_000n)) * 1e-9;
}

function problemOf(text: string): string | undefined {
  try {
    milliValue(text);
    return undefined;
  } catch (error) {
    return (error as RangeError).message;
  }
}

/** A quantity; a YAML author may leave the quotes of a plain number away, as Kubernetes allows. */
export const quantitySchema = z
  .union([z.string(), z.number()])
  .transform(String)
  .superRefine((text, context) => {
    const message = problemOf(text);
    if (message !== undefined) {
      context.addIssue({ code: 'custom', message });
    }
  });

function quantityThat(holds: (milli: bigint) => boolean, message: string) {
  return quantitySchema.superRefine((text, context) => {
    if (problemOf(text) === undefined && !holds(milliValue(text))) {
      context.addIssue({ code: 'custom', message: `${message}, received "${text}"` });
    }
  });
}

/** A quantity above zero, which a target has to be. */
export const positiveQuantitySchema = quantityThat((milli) => milli > 0n, 'must be greater than 0');

export const nonNegativeQuantitySchema = quantityThat((milli) => milli >= 0n, 'must not be negative');
