import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { singleVsSharded } from '../../scenarios/single-vs-sharded.ts';
import { planSchema } from '../contract/plan.ts';
import { planOf } from './plan.ts';

const variants = singleVsSharded.variants.map(({ id }) => id);
const plan = planOf({ scenario: singleVsSharded, profile: 'quick', seed: 1, runId: 'r', variants });

describe('planOf', () => {
  it('gives a plan that its own schema accepts, with unique step ids', () => {
    expect(planSchema.parse(plan)).toEqual(plan);
    expect(new Set(plan.steps.map(({ id }) => id)).size).toBe(plan.steps.length);
  });

  it('gives every variant every place of a round equally often', () => {
    const quick = singleVsSharded.profiles.quick;
    for (let count = 1; count <= variants.length; count += 1) {
      const compared = variants.slice(0, count);
      const profiles = { ...singleVsSharded.profiles, quick: { ...quick, repetitions: 2 * count } };
      const { steps } = planOf({ scenario: { ...singleVsSharded, profiles }, profile: 'quick', seed: 1, runId: 'r', variants: compared });
      const judged = steps.filter(({ phase }) => phase === 'judged');
      for (const variant of compared) {
        const places = judged.flatMap((step, index) => (step.variant === variant ? [index % count] : []));
        expect(places.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 2 * count }, (_, index) => Math.floor(index / 2)));
      }
    }
  });

  it('brings many variants to the front and to the end in few repetitions', () => {
    const { steps } = planOf({ scenario: singleVsSharded, profile: 'quick', seed: 1, runId: 'r', variants });
    const judged = steps.filter(({ phase }) => phase === 'judged');
    for (const variant of variants) {
      const places = judged.flatMap((step, index) => (step.variant === variant ? [index % variants.length] : []));
      const mean = places.reduce((sum, place) => sum + place, 0) / places.length;
      expect(Math.abs(mean - (variants.length - 1) / 2)).toBeLessThanOrEqual(1);
    }
  });

  it('lets only those climb the ladder that are to', () => {
    const { steps } = planOf({ scenario: singleVsSharded, profile: 'quick', seed: 1, runId: 'r', variants });
    const climbing = new Set(steps.filter(({ phase }) => phase === 'rung').map(({ variant }) => variant));
    expect([climbing.has('single'), climbing.has('router-hash-8'), climbing.has('router-range-3')]).toEqual([true, true, false]);
  });

  it('gives the steps of a closed loop no rate and no ladder, and wants all users started before the steady window', () => {
    const thinkTime = { distribution: 'exponential', meanMs: 100 } as const;
    const closedLoop = { users: 20, thinkTime, turnsPerSession: 1, rampUpSeconds: singleVsSharded.profiles.quick.warmUpSeconds };
    const closed = { ...singleVsSharded, workload: { ...singleVsSharded.workload, closedLoop } };
    const request = { scenario: closed, profile: 'quick', seed: 1, runId: 'r', variants: ['single'] } as const;
    const { steps } = planOf(request);
    expect(new Set(steps.map(({ phase }) => phase))).toEqual(new Set(['pilot', 'judged']));
    expect(steps.filter(({ ratePerSecond }) => ratePerSecond !== undefined)).toEqual([]);
    const late = { ...closedLoop, rampUpSeconds: closedLoop.rampUpSeconds + 1 };
    const slow = { ...closed, workload: { ...closed.workload, closedLoop: late } };
    expect(() => planOf({ ...request, scenario: slow })).toThrow('while users are still being started');
    expect(() => planOf({ ...request, workers: 21 })).toThrow('21 workers cannot share the 20 users of single');
    expect(planOf({ ...request, workers: 20 }).workers).toBe(20);
  });

  it('gives both sides of a pair the same seed, and different repetitions different ones', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000 }), (seed) => {
        const { steps } = planOf({ scenario: singleVsSharded, profile: 'quick', seed, runId: 'r', variants });
        const seedsOf = (variant: string) =>
          steps
            .filter((step) => step.variant === variant)
            .map((step) => `${step.phase}-${step.repetition}:${step.seed}`)
            .sort();
        expect(seedsOf('single')).toEqual(seedsOf('router-hash-3'));
        expect(new Set(seedsOf('single').map((text) => text.split(':')[1])).size).toBe(
          steps.filter(({ variant }) => variant === 'single').length,
        );
      }),
    );
  });
});
