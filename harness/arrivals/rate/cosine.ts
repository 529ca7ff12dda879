import type { IntegratedRate } from './integrated-rate.ts';

/** A thousandth of the µs that schedules are written in. */
const toleranceSeconds = 1e-9;
/** Halving alone narrows an interval of a year to the tolerance in 55 steps. */
const maximumSteps = 100;

export interface Cosine {
  readonly meanPerSecond: number;
  /** 0 to 1. */
  readonly amplitude: number;
  readonly periodSeconds: number;
  readonly peakAtSeconds: number;
}

/**
 * λ(t) = mean · (1 + amplitude · cos(2π (t − peak) ÷ period)). The integral is closed; its inverse is found by Newton's
 * steps, halved wherever one would leave the interval that holds the root.
 */
export function cosineRate({ meanPerSecond, amplitude, periodSeconds, peakAtSeconds }: Cosine, windowSeconds: number): IntegratedRate {
  const angular = (2 * Math.PI) / periodSeconds;
  const swing = (meanPerSecond * amplitude) / angular;
  const atStart = Math.sin(angular * -peakAtSeconds);
  const integral = (seconds: number) => meanPerSecond * seconds + swing * (Math.sin(angular * (seconds - peakAtSeconds)) - atStart);
  const rateAt = (seconds: number) => meanPerSecond * (1 + amplitude * Math.cos(angular * (seconds - peakAtSeconds)));
  const total = integral(windowSeconds);
  const reach = (2 * swing) / meanPerSecond;
  return {
    total,
    expectedBy: (seconds) => (seconds >= windowSeconds ? total : integral(seconds)),
    dueAt(expected) {
      const middle = expected / meanPerSecond;
      let low = Math.max(0, middle - reach);
      let high = Math.min(windowSeconds, middle + reach);
      let at = Math.min(high, Math.max(low, middle));
      for (let step = 0; step < maximumSteps; step += 1) {
        const excess = integral(at) - expected;
        if (excess > 0) {
          high = at;
        } else {
          low = at;
        }
        const newton = at - excess / rateAt(at);
        const next = newton >= low && newton <= high ? newton : (low + high) / 2;
        if (Math.abs(next - at) < toleranceSeconds) {
          return next;
        }
        at = next;
      }
      return at;
    },
  };
}
