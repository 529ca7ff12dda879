interface RawJson {
  readonly rawJSON: string;
}
type JsonWithRaw = typeof JSON & { rawJSON(text: string): RawJson; isRawJSON(value: unknown): value is RawJson };
const json = JSON as JsonWithRaw;

/**
 * A number that was written with a fraction or an exponent but has an integral value, such as `20.0`. The engine tells it from the
 * integer 20 (a match of 20 does not meet it), which a JavaScript number cannot, so it is kept as text that JSON.stringify writes as it is.
 */
export type IntegralFloat = RawJson;

/** Greatest power of ten below which the engine writes no exponent. */
const longestPlain = 1e16;

export function integralFloat(value: number): IntegralFloat {
  const sign = Object.is(value, -0) ? '-' : '';
  return json.rawJSON(Math.abs(value) < longestPlain ? `${sign}${value}.0` : value.toExponential().replace('+', ''));
}

export function isIntegralFloat(value: unknown): value is IntegralFloat {
  return json.isRawJSON(value);
}

/** The value of any JSON number; undefined for everything else. */
export function numberOf(value: unknown): number | bigint | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') {
    return value;
  }
  return typeof value === 'object' && isIntegralFloat(value) ? Number(value.rawJSON) : undefined;
}
