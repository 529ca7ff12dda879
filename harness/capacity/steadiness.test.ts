import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../system/policies/random-stream.ts';
import { steadinessOf } from './steadiness.ts';
import { singleServer } from './testing/single-server.ts';

const series = (count: number, at: (share: number) => number) =>
  Array.from({ length: count }, (_, index) => ({ at: index, responseMs: at(index / count) }));

describe('steadiness of a probe', () => {
  it('finds no trend in independent times, whatever their distribution, more often than chance allows', () => {
    const trends = Array.from({ length: 400 }, (_, seed) => {
      const random = randomStream(seed, 'steadiness');
      return steadinessOf(series(200, () => -10 * Math.log(1 - random.uniform()) ** 3)).trend;
    });
    // 2 % of both sides together, and the drift has to be large as well.
    expect(trends.filter((trend) => trend !== 'steady').length).toBeLessThanOrEqual(12);
  });

  it('sees a single server that is asked for more than it can serve, and not one with room', () => {
    for (let seed = 0; seed < 20; seed += 1) {
      expect(
        steadinessOf(singleServer({ ratePerSecond: 1200, serviceRatePerSecond: 1000, seconds: 10, warmUpSeconds: 1, seed })).trend,
      ).toBe('rising');
      expect(
        steadinessOf(singleServer({ ratePerSecond: 500, serviceRatePerSecond: 1000, seconds: 10, warmUpSeconds: 1, seed })).trend,
      ).toBe('steady');
    }
  });

  it('sees times that fall', () => {
    const random = randomStream(1, 'falling');
    expect(steadinessOf(series(500, (share) => 40 * Math.exp(-4 * share) + 10 + random.uniform())).trend).toBe('falling');
  });

  it('does not take a rise that is sure but small for a queue', () => {
    expect(steadinessOf(series(1000, (share) => 100 + 10 * share))).toEqual({ trend: 'steady', drift: expect.closeTo(0.0857, 2) });
  });

  it('depends neither on the unit nor on the order of its input', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 50, maxLength: 200 }), (times) => {
        const requests = times.map((responseMs, at) => ({ at, responseMs }));
        const { trend } = steadinessOf(requests);
        expect(steadinessOf(requests.toReversed()).trend).toBe(trend);
        expect(steadinessOf(requests.map(({ at, responseMs }) => ({ at, responseMs: 1024 * responseMs }))).trend).toBe(trend);
      }),
    );
  });

  it('knows nothing of fewer than fifty requests', () => {
    expect(steadinessOf(series(49, (share) => share))).toEqual({ trend: 'unknown' });
  });
});
