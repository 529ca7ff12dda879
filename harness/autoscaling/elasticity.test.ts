import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { clairvoyant, elasticity, replicaSeconds, type Step, staticAtPeak } from './elasticity.ts';

// Milliseconds when the machine is idle; beside other work a test may be kept waiting for long.
vi.setConfig({ testTimeout: 60_000 });

const minute = 60_000;
const of = (...pairs: readonly (readonly [minutes: number, replicas: number])[]): Step[] =>
  pairs.map(([minutes, replicas]) => ({ atMs: minutes * minute, replicas }));
const nothing = { violations: [], violatingRequests: 0, requests: 0 };

describe('elasticity', () => {
  // Demand 2, then 6 for ten minutes, then 2 again, in forty minutes; supply follows five minutes late and stays five minutes too long.
  const demand = of([0, 2], [10, 6], [20, 2]);
  const supply = of([0, 2], [15, 6], [25, 2]);
  const course = { startMs: 0, endMs: 40 * minute, demand, supply, ...nothing };

  it('measures a supply that is five minutes late', () => {
    expect(elasticity(course)).toEqual({
      accuracyUnder: (4 * 5) / 40,
      accuracyOver: (4 * 5) / 40,
      timeshareUnder: 5 / 40,
      timeshareOver: 5 / 40,
      jitterPerMinute: 0,
      // Four minutes of forty in which one moved and the other did not.
      instability: 4 / 40,
      sloViolationSeconds: 0,
      replicaSeconds: (15 * 2 + 10 * 6 + 15 * 2) * 60,
      overProvisionedReplicaSeconds: 4 * 5 * 60,
      timeToRecoverSeconds: 300,
    });
  });

  it('counts what flapping adds, and what a supply leaves out', () => {
    const flapping = of([0, 2], [5, 4], [6, 2], [7, 4], [8, 2], [15, 6], [25, 2]);
    expect(elasticity({ ...course, supply: flapping }).jitterPerMinute).toBe(8 / 40);
    expect(elasticity({ ...course, supply: of([0, 6]) }).jitterPerMinute).toBe(-8 / 40);
  });

  it('moving together is stable', () => {
    expect(elasticity({ ...course, supply: demand }).instability).toBe(0);
  });

  it('tells no time to recover where supply never caught up', () => {
    expect(elasticity({ ...course, supply: of([0, 1]) })).not.toHaveProperty('timeToRecoverSeconds');
  });

  it('counts violations, within the run only, and the share of the requests', () => {
    const violations = [
      { fromMs: -minute, toMs: minute },
      { fromMs: 10 * minute, toMs: 15 * minute },
      { fromMs: 39 * minute, toMs: 50 * minute },
    ];
    expect(elasticity({ ...course, violations, violatingRequests: 30, requests: 1200 })).toMatchObject({
      sloViolationSeconds: 7 * 60,
      violatingRequestRatio: 0.025,
    });
  });

  it('bills what is paid for, which begins before it is ready', () => {
    const paid = of([0, 2], [12, 6], [25, 2]);
    const { replicaSeconds: seconds, cost } = elasticity({ ...course, paid, costPerReplicaHour: 0.6 });
    expect(seconds).toBe((12 * 2 + 13 * 6 + 15 * 2) * 60);
    expect(cost).toBeCloseTo((seconds / 3600) * 0.6, 12);
  });

  it('refuses a course that is none', () => {
    expect(() => elasticity({ ...course, endMs: 0 })).toThrow('has no time');
    expect(() => elasticity({ ...course, demand: [] })).toThrow('demand is not known at the start');
    expect(() => elasticity({ ...course, supply: of([1, 2]) })).toThrow('supply is not known at the start');
    expect(() => elasticity({ ...course, supply: of([0, 2], [3, 1], [2, 1]) })).toThrow('supply goes back in time');
    expect(() => elasticity({ ...course, demand: of([0, -1]) })).toThrow('demand has a step of -1 replicas');
  });
});

const steps = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 59 }), fc.integer({ min: 0, max: 20 })), { maxLength: 20 })
  .chain((rest) => fc.tuple(fc.integer({ min: 0, max: 20 }), fc.constant([...rest].sort(([a], [b]) => a - b))))
  .map(([first, rest]) => of([0, first], ...rest));
const endMs = 60 * minute;

describe('every course', () => {
  it('what is supplied is what is demanded, less what is missing, and what is too much', () => {
    fc.assert(
      fc.property(steps, steps, (demand, supply) => {
        const result = elasticity({ startMs: 0, endMs, demand, supply, ...nothing });
        const demanded = replicaSeconds(demand, 0, endMs);
        expect(result.replicaSeconds).toBeCloseTo(demanded + (result.accuracyOver - result.accuracyUnder) * 3600, 6);
        expect(result.timeshareUnder + result.timeshareOver).toBeLessThanOrEqual(1 + 1e-12);
        expect(result.instability).toBeGreaterThanOrEqual(0);
        expect(result.instability).toBeLessThanOrEqual(1 + 1e-12);
      }),
    );
  });

  it('the static bound never has too few, and the clairvoyant one neither, at less cost', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 900 }), (demand, startUpSeconds) => {
        const peak = staticAtPeak(demand, 0, endMs);
        const { ready, paid } = clairvoyant(demand, 0, endMs, startUpSeconds);
        for (const supply of [peak, ready, paid]) {
          expect(elasticity({ startMs: 0, endMs, demand, supply, ...nothing }).accuracyUnder).toBe(0);
        }
        const [demanded, clairvoyantSeconds, peakSeconds] = [demand, paid, peak].map((course) => replicaSeconds(course, 0, endMs));
        expect(demanded).toBeLessThanOrEqual((clairvoyantSeconds ?? 0) + 1e-6);
        expect(clairvoyantSeconds).toBeLessThanOrEqual((peakSeconds ?? 0) + 1e-6);
      }),
    );
  });
});

describe('bounds', () => {
  it('static at peak looks at the run alone', () => {
    expect(staticAtPeak(of([-5, 9], [0, 2], [10, 6], [70, 30]), 0, endMs)).toEqual(of([0, 6]));
  });

  it('the clairvoyant one pays from a start before, and through a gap that is too short to start again', () => {
    const { ready, paid } = clairvoyant(of([0, 2], [10, 6], [20, 2], [22, 6], [40, 1]), 0, endMs, 300);
    expect(ready).toEqual(of([0, 2], [10, 6], [20, 2], [22, 6], [40, 1]));
    expect(paid).toEqual(of([0, 2], [5, 6], [40, 1]));
  });

  it('without start-up it is demand itself', () => {
    const demand = of([0, 2], [10, 6], [20, 2]);
    expect(clairvoyant(demand, 0, endMs, 0)).toEqual({ ready: demand, paid: demand });
  });
});
