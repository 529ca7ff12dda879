import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SimulatedLoad } from '../../contract/simulation.ts';
import { demandSteps, rateSpans } from './demand.ts';

const of = (profile: SimulatedLoad['profile']): SimulatedLoad => ({ title: 'load', arrivals: 'poisson', profile });
const unlimited = Number.POSITIVE_INFINITY;

describe('demandSteps', () => {
  it('is the fewest replicas that cover the rate, and changes where the rate does', () => {
    const spans = rateSpans(of({ shape: 'spike', basePerSecond: 20, peakPerSecond: 200, atSeconds: 300, widthSeconds: 180 }), 1_200);
    expect(demandSteps(spans, { ratePerSecond: 20, ceilingPerSecond: unlimited })).toEqual([
      { atMs: 0, replicas: 1 },
      { atMs: 300_000, replicas: 10 },
      { atMs: 480_000, replicas: 1 },
    ]);
  });

  it('counts the load only up to what the shared tiers carry', () => {
    const spans = rateSpans(of({ shape: 'constant', ratePerSecond: 1_000 }), 60);
    expect(demandSteps(spans, { ratePerSecond: 20, ceilingPerSecond: 100 })).toEqual([{ atMs: 0, replicas: 5 }]);
  });

  it('is nobody while nobody asks', () => {
    const steps = [
      { fromSeconds: 0, ratePerSecond: 0 },
      { fromSeconds: 60, ratePerSecond: 0.1 },
    ];
    expect(demandSteps(rateSpans(of({ shape: 'step', steps }), 120), { ratePerSecond: 20, ceilingPerSecond: unlimited })).toEqual([
      { atMs: 0, replicas: 0 },
      { atMs: 60_000, replicas: 1 },
    ]);
  });

  it('covers every rate of a curve and is not one replica more than it has to be', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 200, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0.5, max: 50, noNaN: true }),
        (meanPerSecond, amplitude, ratePerSecond) => {
          const spans = rateSpans(of({ shape: 'diurnal', meanPerSecond, amplitude, periodSeconds: 600, peakAtSeconds: 100 }), 900);
          const steps = demandSteps(spans, { ratePerSecond, ceilingPerSecond: unlimited });
          for (const span of spans) {
            const replicas = steps.findLast(({ atMs }) => atMs <= span.fromSeconds * 1000)?.replicas ?? 0;
            expect(replicas * ratePerSecond).toBeGreaterThanOrEqual(span.ratePerSecond * (1 - 1e-6));
            expect((replicas - 1) * ratePerSecond).toBeLessThan(Math.max(span.ratePerSecond, 1e-12));
          }
          expect(steps.every(({ replicas }, index) => replicas !== steps[index - 1]?.replicas)).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('of a replay follows what it brings', () => {
    const requests = [...Array.from({ length: 120 }, (_, index) => index), 240].map((second) => ({ atUs: second * 1_000_000 }));
    const load: SimulatedLoad = {
      title: 'trace',
      arrivals: { process: 'trace', file: 'invented.csv', format: 'csv', timeScale: 1 },
      profile: { shape: 'constant', ratePerSecond: 1 },
    };
    const spans = rateSpans(load, 240, { file: 'invented.csv', requests });
    expect(spans.map(({ ratePerSecond }) => ratePerSecond)).toEqual([1, 1, 0, 0]);
  });
});
