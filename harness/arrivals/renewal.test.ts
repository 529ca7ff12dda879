import { describe, expect, it } from 'vitest';
import { randomStream } from '../../system/policies/random-stream.ts';
import type { ArrivalSettings } from '../contract/arrivals.ts';
import { dispersionIndex } from '../measurement/dispersion.ts';
import { gammaDeviate } from './gamma-deviate.ts';
import { schedule } from './index.ts';
import { logGamma } from './log-gamma.ts';
import { gammaDistribution, gapsOf, kolmogorovSmirnov, kolmogorovSmirnovLimit, mean, variance, variation } from './statistics.testing.ts';
import { weibullShape } from './weibull.ts';

type Renewal = Extract<ArrivalSettings, { process: 'gamma' | 'weibull' }>;

/** Distribution function of gaps with mean 1. */
function gapDistribution({ process, cv }: Renewal): (gap: number) => number {
  if (process === 'gamma') {
    return (gap) => gammaDistribution(1 / cv ** 2, gap / cv ** 2);
  }
  const shape = weibullShape(cv);
  const scale = Math.exp(-logGamma(1 + 1 / shape));
  return (gap) => 1 - Math.exp(-((gap / scale) ** shape));
}

const seeds = Array.from({ length: 40 }, (_, index) => index * 104_729 + 3);
const renewals = (['gamma', 'weibull'] as const).flatMap((process) => [0.2, 0.7, 1, 2, 4].map((cv): Renewal => ({ process, cv })));

describe.each(renewals)('$process arrivals with CV $cv', (settings) => {
  const { cv } = settings;
  const ratePerSecond = 100;

  it('have gaps of that distribution (Kolmogorov–Smirnov at 0.1 %)', () => {
    const offsetsUs = schedule(settings, { ratePerSecond: 1, durationMs: 20_000_000, seed: 7 });
    const gaps = gapsOf(offsetsUs).map((gapUs) => gapUs / 1e6);
    expect(kolmogorovSmirnov(gaps, gapDistribution(settings), 0.001)).toBeLessThan(kolmogorovSmirnovLimit);
    // The test tells a CV that is a tenth off.
    const wrong = gapDistribution({ ...settings, cv: cv * 1.1 });
    expect(kolmogorovSmirnov(gaps, wrong, 0.001)).toBeGreaterThan(kolmogorovSmirnovLimit);
  });

  it('have gaps of that CV and not of a neighbouring one', () => {
    const ofSeeds = seeds.map((seed) => variation(gapsOf(schedule(settings, { ratePerSecond, durationMs: 400_000, seed }))));
    expect(mean(ofSeeds) / cv).toBeGreaterThan(0.97);
    expect(mean(ofSeeds) / cv).toBeLessThan(1.03);
  });

  it('keep the mean rate: within 3 CV ÷ √N, and on average over seeds from the first second on', () => {
    const seconds = 100;
    const expected = ratePerSecond * seconds;
    const errors = seeds.map((seed) => {
      const { length } = schedule(settings, { ratePerSecond, durationMs: seconds * 1000, seed });
      return (length - expected) / (cv * Math.sqrt(expected));
    });
    expect(Math.max(...errors.map(Math.abs))).toBeLessThanOrEqual(3.5);
    expect(errors.filter((error) => Math.abs(error) <= 3).length).toBeGreaterThanOrEqual(seeds.length - 1);
    expect(Math.abs(mean(errors)) * Math.sqrt(seeds.length)).toBeLessThan(3.3);
    expect(variance(errors)).toBeGreaterThan(0.4);
    expect(variance(errors)).toBeLessThan(2);
    // A process that began with a whole gap would lack or exceed (CV² − 1) ÷ 2 arrivals of its first 5.
    const starts = Array.from({ length: 4000 }, (_, seed) => schedule(settings, { ratePerSecond, durationMs: 50, seed }).length);
    expect((Math.abs(mean(starts) - 5) / Math.sqrt(variance(starts))) * Math.sqrt(starts.length)).toBeLessThan(3.3);
  });

  it('have a dispersion that tends to CV²', () => {
    const offsetsUs = schedule(settings, { ratePerSecond, durationMs: 4_000_000, seed: 5 });
    const dispersion = dispersionIndex(offsetsUs, 4e9, 4e6);
    expect(dispersion / cv ** 2).toBeGreaterThan(0.8);
    expect(dispersion / cv ** 2).toBeLessThan(1.25);
  });
});

describe('weibullShape', () => {
  it('gives back the CV over the whole range', () => {
    for (const cv of [0.01, 0.1, 0.5, 1, 1.5, 3, 10, 30]) {
      const shape = weibullShape(cv);
      const spread = logGamma(1 + 2 / shape) - 2 * logGamma(1 + 1 / shape);
      expect(Math.sqrt(Math.expm1(spread)) / cv).toBeCloseTo(1, 6);
    }
    expect(weibullShape(1)).toBeCloseTo(1, 9);
  });
});

describe('logGamma', () => {
  it('is the logarithm of the factorial, and of √π at a half', () => {
    let factorial = 1;
    for (let n = 1; n <= 20; n += 1) {
      expect(logGamma(n)).toBeCloseTo(Math.log(factorial), 11);
      factorial *= n;
    }
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 12);
  });
});

describe('gammaDeviate', () => {
  it.each([0.05, 0.3, 1, 1.5, 8, 100])('has the moments of shape %d, and below 50 its distribution', (shape) => {
    const draw = gammaDeviate(randomStream(9, 'gamma'), shape);
    const draws = Array.from({ length: 40_000 }, draw);
    expect((Math.abs(mean(draws) - shape) / Math.sqrt(shape)) * Math.sqrt(draws.length)).toBeLessThan(3.3);
    expect(variance(draws) / shape).toBeGreaterThan(0.85);
    expect(variance(draws) / shape).toBeLessThan(1.15);
    if (shape < 50) {
      expect(kolmogorovSmirnov(draws, (x) => gammaDistribution(shape, x))).toBeLessThan(kolmogorovSmirnovLimit);
    }
  });
});
