import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closedLoopSchema, type ThinkTime } from '../contract/workload.ts';
import { kolmogorovSmirnov, kolmogorovSmirnovLimit, mean } from './statistics.testing.ts';
import { meanThinkTimeMs, mostRequests, rampUpUs, thinkTimesUs } from './think-time.ts';

const distributions: readonly (readonly [ThinkTime, (ms: number) => number])[] = [
  [{ distribution: 'uniform', minimumMs: 1000, maximumMs: 3000 }, (ms) => Math.min(1, Math.max(0, (ms - 1000) / 2000))],
  [{ distribution: 'exponential', meanMs: 2000 }, (ms) => 1 - Math.exp(-ms / 2000)],
  [{ distribution: 'lognormal', medianMs: 1500, sigma: 0.6 }, (ms) => normalDistribution(Math.log(ms / 1500) / 0.6)],
];

/** Abramowitz and Stegun 7.1.26, off by at most 1.5e-7. */
function normalDistribution(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const erf = 1 - t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))) * Math.exp(-x * x);
  return z < 0 ? (1 - erf) / 2 : (1 + erf) / 2;
}

const ofUsers = (thinkTime: ThinkTime, users: number, each: number): number[] =>
  Array.from({ length: users }, (_, user) => {
    const next = thinkTimesUs(thinkTime, 1, user);
    return Array.from({ length: each }, () => next() / 1000);
  }).flat();

const thinkTimes = fc.constantFrom(...distributions.map(([thinkTime]) => thinkTime));

describe('think times', () => {
  it.each(distributions)('%j: those of all users together follow the distribution', (thinkTime, distribution) => {
    // 200 users with 40 times each: streams of neighbouring users that began alike would fail this.
    const times = ofUsers(thinkTime, 200, 40);
    expect(kolmogorovSmirnov(times, distribution)).toBeLessThan(kolmogorovSmirnovLimit);
    expect(mean(times) / meanThinkTimeMs(thinkTime)).toBeGreaterThan(0.95);
    expect(mean(times) / meanThinkTimeMs(thinkTime)).toBeLessThan(1.05);
  });

  it.each(distributions)('%j: the first of all users follow it too', (thinkTime, distribution) => {
    expect(kolmogorovSmirnov(ofUsers(thinkTime, 2000, 1), distribution)).toBeLessThan(kolmogorovSmirnovLimit);
  });

  it('are whole, never negative, the same for the same user, and others for another', () => {
    fc.assert(
      fc.property(thinkTimes, fc.nat(), fc.nat(10_000), (thinkTime, seed, user) => {
        const [one, again, other] = [user, user, user + 1].map((number) => {
          const next = thinkTimesUs(thinkTime, seed, number);
          return Array.from({ length: 5 }, next);
        });
        expect(one).toEqual(again);
        expect(one).not.toEqual(other);
        expect(one?.every((timeUs) => Number.isInteger(timeUs) && timeUs >= 0)).toBe(true);
      }),
    );
  });
});

describe('the ramp', () => {
  it('starts the users one after the other, evenly, the first at once and the last before its end', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 0, max: 600 }), (users, seconds) => {
        const starts = Array.from({ length: users }, (_, user) => rampUpUs(user, users, seconds));
        expect(starts[0]).toBe(0);
        // Rounded down to whole µs.
        expect(starts.every((startUs, user) => Math.floor((user * seconds * 1_000_000) / users) === startUs)).toBe(true);
        const gaps = starts.slice(1).map((startUs, user) => startUs - (starts[user] ?? 0));
        expect(Math.max(0, ...gaps) - Math.min(...gaps, Math.max(0, ...gaps))).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('the most requests of a user', () => {
  it('are those whose think times fit between its start and the end', () => {
    fc.assert(
      fc.property(thinkTimes, fc.nat(1000), fc.nat(100), fc.nat(20_000_000), (thinkTime, seed, user, endUs) => {
        const most = mostRequests(thinkTime, { seed, user, startUs: 0, endUs, limit: 1e6 });
        const next = thinkTimesUs(thinkTime, seed, user);
        const starts = [0];
        while (starts.length <= most) {
          starts.push((starts.at(-1) ?? 0) + next());
        }
        expect(starts.filter((startUs) => startUs < endUs)).toHaveLength(most);
      }),
    );
  });

  it('are limited where there is no think time', () => {
    const none = { distribution: 'uniform', minimumMs: 0, maximumMs: 0 } as const;
    expect(mostRequests(none, { seed: 1, user: 0, startUs: 0, endUs: 1, limit: 77 })).toBe(77);
    expect(mostRequests(none, { seed: 1, user: 0, startUs: 1, endUs: 1, limit: 77 })).toBe(0);
  });
});

describe('settings that make no sense', () => {
  const loop = { users: 10, thinkTime: { distribution: 'exponential', meanMs: 1 }, turnsPerSession: 1, rampUpSeconds: 0 };
  it.each([
    [{ users: 0 }],
    [{ users: 1.5 }],
    [{ users: Number.NaN }],
    [{ turnsPerSession: 0 }],
    [{ rampUpSeconds: -1 }],
    [{ thinkTime: { distribution: 'exponential', meanMs: Number.NaN } }],
    [{ thinkTime: { distribution: 'uniform', minimumMs: 2, maximumMs: 1 } }],
    [{ thinkTime: { distribution: 'lognormal', medianMs: 0, sigma: 1 } }],
  ])('%j', (changes) => {
    expect(closedLoopSchema.safeParse(loop).success).toBe(true);
    expect(closedLoopSchema.safeParse({ ...loop, ...changes }).success).toBe(false);
  });
});
