import type { IntegratedRate } from './integrated-rate.ts';

/** The rate of one period over and over until the window ends. */
export function repeatedRate(period: IntegratedRate, periodSeconds: number, windowSeconds: number): IntegratedRate {
  const expectedWithin = (seconds: number) => {
    const periods = Math.floor(seconds / periodSeconds);
    return periods * period.total + period.expectedBy(seconds - periods * periodSeconds);
  };
  const total = expectedWithin(windowSeconds);
  return {
    total,
    expectedBy: (seconds) => (seconds >= windowSeconds ? total : expectedWithin(seconds)),
    dueAt(expected) {
      const periods = Math.floor(expected / period.total);
      return periods * periodSeconds + period.dueAt(Math.max(0, expected - periods * period.total));
    },
  };
}
