const integerPattern = /^(?:0|-?[1-9]\d{0,18})$/;
const smallest = -(2n ** 63n);
export const largestInteger = 2n ** 63n - 1n;

/**
 * A signed 64-bit integer as Redis reads one (`string2ll`): decimal, without plus sign, leading zeros or spaces. Undefined for
 * everything else.
 */
export function readInteger(text: string): bigint | undefined {
  if (!integerPattern.test(text)) {
    return undefined;
  }
  const value = BigInt(text);
  return isInt64(value) ? value : undefined;
}

export function isInt64(value: bigint): boolean {
  return value >= smallest && value <= largestInteger;
}
