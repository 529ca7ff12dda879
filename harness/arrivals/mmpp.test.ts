import { describe, expect, it } from 'vitest';
import { countDeviation } from './count-deviation.ts';
import { schedule, scheduleWithProfile } from './index.ts';
import { burstStates } from './mmpp.ts';
import { autocorrelation, countsPerBin, gapsOf, kolmogorovSmirnov, kolmogorovSmirnovLimit, mean, variance } from './statistics.testing.ts';

const calm = { rateFactor: 0.5, meanSeconds: 4 };
const burst = { rateFactor: 3, meanSeconds: 1 };
const bursting = { process: 'mmpp' as const, states: [calm, burst] };
const seeds = Array.from({ length: 40 }, (_, index) => index * 7919 + 11);

/** Covariance of the rate of two states over time: `variance · e^(−speed·lag)`, with a mean rate of 1. */
const [calmFactor = 0, burstFactor = 0] = burstStates(bursting).factors;
const rateVariance = 0.8 * 0.2 * (burstFactor - calmFactor) ** 2;
const speed = 1 / calm.meanSeconds + 1 / burst.meanSeconds;

describe('mmpp arrivals', () => {
  it('have the asked mean rate whatever the factors', () => {
    expect(0.8 * calmFactor + 0.2 * burstFactor).toBeCloseTo(1, 12);
    const ratePerSecond = 50;
    const seconds = 400;
    const expected = ratePerSecond * seconds;
    const deviation = countDeviation(bursting, expected, seconds) ?? 0;
    const errors = seeds.map(
      (seed) => (schedule(bursting, { ratePerSecond, durationMs: seconds * 1000, seed }).length - expected) / deviation,
    );
    expect(Math.max(...errors.map(Math.abs))).toBeLessThanOrEqual(3.5);
    expect(Math.abs(mean(errors)) * Math.sqrt(seeds.length)).toBeLessThan(3.3);
    expect(variance(errors)).toBeGreaterThan(0.4);
    expect(variance(errors)).toBeLessThan(2);
  });

  it('have the dispersion and the autocorrelation of their hidden state', () => {
    const ratePerSecond = 40;
    const binSeconds = 0.5;
    const windowSeconds = 40_000;
    const offsetsUs = schedule(bursting, { ratePerSecond, durationMs: windowSeconds * 1000, seed: 21 });
    const counts = countsPerBin(offsetsUs, windowSeconds * 1e6, binSeconds * 1e6);
    const perBin = ratePerSecond * binSeconds;
    // Integrals of the covariance over one bin, and over two bins at a distance.
    const within = (2 * ratePerSecond ** 2 * rateVariance * (speed * binSeconds - 1 + Math.exp(-speed * binSeconds))) / speed ** 2;
    const between = (lag: number) =>
      (ratePerSecond ** 2 * rateVariance * (1 - Math.exp(-speed * binSeconds)) ** 2 * Math.exp(-speed * binSeconds * (lag - 1))) /
      speed ** 2;
    expect(variance(counts) / (perBin + within)).toBeGreaterThan(0.93);
    expect(variance(counts) / (perBin + within)).toBeLessThan(1.07);
    for (const lag of [1, 2, 4]) {
      expect(autocorrelation(counts, lag)).toBeCloseTo(between(lag) / (perBin + within), 1);
    }
    // Renewal arrivals with as much dispersion would have none.
    const gamma = schedule({ process: 'gamma', cv: 3 }, { ratePerSecond, durationMs: windowSeconds * 1000, seed: 21 });
    expect(Math.abs(autocorrelation(countsPerBin(gamma, windowSeconds * 1e6, binSeconds * 1e6), 2))).toBeLessThan(0.03);
  });

  it('with a silent state have hyperexponential gaps (Kolmogorov–Smirnov at 0.1 %)', () => {
    // An interrupted Poisson process is a renewal process (Kuczura, 1973).
    const onSeconds = 0.2;
    const offSeconds = 0.6;
    const states = [
      { rateFactor: 7, meanSeconds: onSeconds },
      { rateFactor: 0, meanSeconds: offSeconds },
    ];
    const onRate = 80;
    const ratePerSecond = (onRate * onSeconds) / (onSeconds + offSeconds);
    const offsetsUs = schedule({ process: 'mmpp', states }, { ratePerSecond, durationMs: 1_000_000, seed: 4 });
    const [leave, enter] = [1 / onSeconds, 1 / offSeconds];
    const sum = onRate + leave + enter;
    const root = Math.sqrt(sum * sum - 4 * onRate * enter);
    const [fast, slow] = [(sum + root) / 2, (sum - root) / 2];
    const weight = (onRate - slow) / (fast - slow);
    const distribution = (gap: number) => 1 - weight * Math.exp(-fast * gap) - (1 - weight) * Math.exp(-slow * gap);
    const gaps = gapsOf(offsetsUs).map((gapUs) => gapUs / 1e6);
    expect(gaps.length).toBeGreaterThan(15_000);
    expect(kolmogorovSmirnov(gaps, distribution)).toBeLessThan(kolmogorovSmirnovLimit);
  });

  it('stay in a state by the clock, however the rate of the profile moves', () => {
    // Ten times the rate in the second half: silences are as long as before.
    const states = [
      { rateFactor: 1, meanSeconds: 1 },
      { rateFactor: 0, meanSeconds: 1 },
    ];
    const profile = {
      shape: 'step' as const,
      steps: [
        { fromSeconds: 0, ratePerSecond: 100 },
        { fromSeconds: 2000, ratePerSecond: 1000 },
      ],
    };
    const offsetsUs = scheduleWithProfile({ process: 'mmpp', states }, { profile, durationMs: 4_000_000, seed: 8 });
    const silences = (fromUs: number) => {
      const gaps = gapsOf(offsetsUs.filter((offsetUs) => offsetUs >= fromUs && offsetUs < fromUs + 2e9)).map((gapUs) => gapUs / 1e6);
      return gaps.filter((gap) => gap > 0.3).map((gap) => gap - 0.3);
    };
    for (const fromUs of [0, 2e9]) {
      const beyond = silences(fromUs);
      expect(beyond.length).toBeGreaterThan(500);
      // What is left of an exponential stay beyond 0.3 s has the mean of the whole, 1 s.
      expect((Math.abs(mean(beyond) - 1) * Math.sqrt(beyond.length)) / Math.sqrt(variance(beyond))).toBeLessThan(3.5);
    }
  });

  it('end when the rate does', () => {
    const profile = { shape: 'ramp' as const, fromPerSecond: 100, toPerSecond: 0 };
    const states = [
      { rateFactor: 1, meanSeconds: 0.001 },
      { rateFactor: 0, meanSeconds: 0.001 },
    ];
    expect(scheduleWithProfile({ process: 'mmpp', states }, { profile, durationMs: 2000, seed: 1 }).at(-1)).toBeLessThan(2e6);
  });
});

describe('countDeviation', () => {
  it('of two states is the closed form, and of states that outlast the window that of a constant rate', () => {
    const expected = 1000;
    const closed = Math.sqrt(expected + (2 * expected * 100 * rateVariance) / speed);
    expect(countDeviation(bursting, expected, 10)).toBeCloseTo(closed, 6);
    expect(countDeviation(bursting, expected, 0.01)).toBeCloseTo(Math.sqrt(expected + expected ** 2 * rateVariance), 6);
  });

  it('of three states is what schedules show', () => {
    const settings = { process: 'mmpp' as const, states: [calm, burst, { rateFactor: 0, meanSeconds: 0.5 }] };
    const counts = Array.from({ length: 400 }, (_, seed) => schedule(settings, { ratePerSecond: 20, durationMs: 200_000, seed }).length);
    const ratio = Math.sqrt(variance(counts)) / (countDeviation(settings, 4000, 200) ?? 0);
    expect(ratio).toBeGreaterThan(0.88);
    expect(ratio).toBeLessThan(1.1);
  });

  it('of the others follows their CV; a trace has none', () => {
    expect(countDeviation('constant', 100, 1)).toBe(1);
    expect(countDeviation('poisson', 100, 1)).toBe(10);
    expect(countDeviation({ process: 'gamma', cv: 2 }, 10_000, 1)).toBeCloseTo(200, 1);
    expect(countDeviation({ process: 'trace', file: 'x', format: 'csv' }, 100, 1)).toBeUndefined();
  });
});
