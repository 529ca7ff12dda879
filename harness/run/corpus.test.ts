import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { singleVsSharded } from '../../scenarios/single-vs-sharded.ts';
import type { Trace } from '../arrivals/trace/trace-request.ts';
import type { Arrivals, TraceArrivals } from '../contract/arrivals.ts';
import { Failure } from '../contract/failure.ts';
import type { Plan, Step } from '../contract/plan.ts';
import { checkSchedules, stepSchedule } from './corpus.ts';
import { planOf } from './plan.ts';

const plan = planOf({ scenario: singleVsSharded, profile: 'smoke', seed: 1, runId: 'schedules', variants: ['single'] });
const [anyStep] = plan.steps;
if (anyStep === undefined) {
  throw new Error('the plan has no steps');
}
const stepWith = (changes: Partial<Step>): Step => ({ ...anyStep, warmUpSeconds: 0, steadySeconds: 2, ...changes });
const check = (arrivals: Arrivals, steps: Plan['steps'], trace?: Trace) =>
  checkSchedules(
    { steps },
    () => ({ arrivals }),
    () => trace,
  );

describe('the schedule of a step', () => {
  it('asks at least once in a pilot, however unlucky its seed', () => {
    const pilots = fc.record({ seed: fc.nat(), ratePerSecond: fc.double({ min: 0.01, max: 5, noNaN: true }) });
    fc.assert(
      fc.property(pilots, (changes) => {
        expect(stepSchedule('poisson', stepWith({ phase: 'pilot', ...changes }), undefined).length).toBeGreaterThan(0);
      }),
    );
  });

  it('is refused before anything starts where nothing would be asked, and names the step', () => {
    const idle = stepWith({ phase: 'judged', ratePerSecond: 0.001 });
    expect(() => check('poisson', [...plan.steps, idle])).toThrow(Failure);
    expect(() => check('poisson', [idle])).toThrow(`step ${idle.id} asks nothing: no arrival in 2 s at 0.001 per second`);
    expect(() => check('poisson', plan.steps)).not.toThrow();
  });

  it('is left for later where the rate comes from what is measured', () => {
    const { ratePerSecond: _, ...open } = stepWith({ phase: 'judged' });
    expect(() => check('poisson', [open])).not.toThrow();
  });

  it('refuses a trace that is too short for one of the steps', () => {
    const arrivals: TraceArrivals = { process: 'trace', file: 'week.jsonl', format: 'ragpulse' };
    const trace: Trace = { file: '/somewhere/week.jsonl', requests: Array.from({ length: 10 }, (_, place) => ({ atUs: place * 1e6 })) };
    expect(() => check(arrivals, plan.steps, trace)).toThrow('has 10 requests, the window expects');
  });
});
