import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Observation } from '../contract/observation.ts';
import type { Step } from '../contract/plan.ts';
import { decode, meanUs } from '../measurement/histogram.ts';
import { judgeStep } from '../measurement/validity.ts';
import { mergedHistograms, mergeObservations, type Part } from './merge-observations.ts';
import { ScheduledJobs } from './scheduled-jobs.ts';
import { splitPlan } from './split-plan.ts';
import { StepRecord } from './step-record.ts';
import { loadPlan } from './testing/load-plan.ts';

interface Life {
  readonly gapUs: number;
  readonly lagUs: number;
  readonly serviceUs: number;
  readonly failed: boolean;
}

/** What a generator would have seen of a plan whose jobs live as they are told; a job is told by its number. */
function observe(plan: ReturnType<typeof loadPlan>, lives: readonly Life[], changes: Partial<Observation['generator']> = {}): Part {
  const jobs = new ScheduledJobs(plan);
  while (jobs.takeDue(Number.POSITIVE_INFINITY)) {
    // Every job has fallen due.
  }
  const record = new StepRecord(plan, jobs);
  for (let place = 0; place < jobs.count; place += 1) {
    const { lagUs, serviceUs, failed } = lives[jobs.jobOf(place)] as Life;
    const invokedUs = jobs.intendedUs(place) + lagUs;
    record.invoked(place, invokedUs);
    record.sent(place, invokedUs + 10);
    record.settled(place, invokedUs + 10 + serviceUs, failed ? 'reset' : undefined);
  }
  const seconds = Array.from({ length: record.secondsTouched }, (_, second) => second);
  return {
    samples: seconds.map((second) => record.samplesOf(second)),
    observation: {
      schemaVersion: 1,
      stepId: plan.stepId,
      startedAtMs: 5,
      warmUp: record.counts('warm-up'),
      steady: record.counts('steady'),
      histograms: record.histogramRecords(),
      seconds: seconds.map((second) => record.second(second)),
      generator: {
        transport: 'one',
        cpuSeconds: 1,
        eventLoopUtilisation: 0.5,
        residentBytes: 100,
        realTimeScheduling: true,
        scheduleHash: 'part',
        connectionsOpened: 3,
        connectionWaits: 1,
        ...changes,
      },
    },
  };
}

function planOf(lives: readonly Life[], changes: Parameters<typeof loadPlan>[3] = {}) {
  let atUs = 0;
  const offsetsUs = lives.map(({ gapUs }) => {
    atUs += gapUs;
    return atUs;
  });
  return loadPlan(
    1,
    '/out',
    lives.map(() => 'x'),
    { offsetsUs, connections: 8, ...changes },
  );
}

const life = fc.record({ gapUs: fc.nat(300_000), lagUs: fc.nat(3000), serviceUs: fc.nat(2_000_000), failed: fc.boolean() });

describe('mergeObservations', () => {
  it('gives what one generator would have seen, exactly', () => {
    fc.assert(
      fc.property(fc.array(life, { minLength: 1, maxLength: 40 }), fc.integer({ min: 2, max: 4 }), (lives, count) => {
        const plan = planOf(lives, { warmUpMs: 1000, steadyMs: 20_000 });
        const whole = observe(plan, lives).observation;
        const merged = mergeObservations(
          splitPlan(plan, count).map((part) => observe(part, lives)),
          'whole',
        );
        expect(merged.warmUp).toEqual(whole.warmUp);
        expect(merged.steady).toEqual(whole.steady);
        const byKey = (histograms: Observation['histograms']) =>
          histograms.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
        expect(byKey(merged.histograms)).toEqual(byKey(whole.histograms));
        // The number in flight at the end of a second is noted by the execution, which is not part of this.
        expect(merged.seconds).toEqual(whole.seconds);
        expect(merged.generator.scheduleHash).toBe('whole');
        const lagSamples = merged.generator.workers?.reduce((sum, { lag }) => sum + lag.sampleCount, 0);
        expect(lagSamples).toBe(whole.steady.issued);
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  it('adds histograms of the same key only', () => {
    const lives: Life[] = [{ gapUs: 0, lagUs: 7, serviceUs: 1000, failed: false }];
    const { histograms } = observe(planOf(lives), lives).observation;
    const doubled = mergedHistograms([...histograms, ...histograms]).map(({ record }) => record);
    expect(doubled.map(({ timing, outcome }) => `${timing} ${outcome}`)).toEqual(
      histograms.map(({ timing, outcome }) => `${timing} ${outcome}`),
    );
    expect(doubled.map(({ sampleCount }) => sampleCount)).toEqual(histograms.map(({ sampleCount }) => 2 * sampleCount));
    expect(doubled.map(({ encoded }) => meanUs(decode(encoded)))).toEqual(histograms.map(({ encoded }) => meanUs(decode(encoded))));
  });

  it('sums what the workers cost, and takes the busiest and the throttling of the group as they are', () => {
    const lives: Life[] = Array.from({ length: 4 }, () => ({ gapUs: 10, lagUs: 7, serviceUs: 1000, failed: false }));
    const parts = splitPlan(planOf(lives), 2);
    const changes = [
      { cpuSeconds: 2, eventLoopUtilisation: 0.9, throttledSeconds: 0.5 },
      { cpuSeconds: 3, eventLoopUtilisation: 0.1, throttledSeconds: 0.4, realTimeScheduling: false },
    ];
    const { generator } = mergeObservations(
      parts.map((part, index) => observe(part, lives, changes[index])),
      'whole',
    );
    expect(generator).toMatchObject({ cpuSeconds: 5, eventLoopUtilisation: 0.9, throttledSeconds: 0.5, residentBytes: 200 });
    expect(generator).toMatchObject({ realTimeScheduling: false, connectionsOpened: 6, connectionWaits: 2, transport: 'one, 2 processes' });
    expect(generator.workers?.map(({ issued }) => issued)).toEqual([2, 2]);
  });

  it('is judged by its worst worker: a late one does not hide behind the others', () => {
    const step: Step = {
      id: 'step',
      order: 0,
      variant: 'v',
      phase: 'judged',
      repetition: 1,
      ratePerSecond: 1000,
      warmUpSeconds: 0,
      steadySeconds: 1,
      seed: 1,
    };
    // One worker of ten has lags of 50 ms on a twentieth of its jobs: half a percent of all jobs.
    const lives: Life[] = Array.from({ length: 1000 }, (_, job) => ({
      gapUs: job === 0 ? 0 : 1000,
      lagUs: job % 200 === 3 ? 50_000 : 100,
      serviceUs: 1000,
      failed: false,
    }));
    const plan = planOf(lives, { steadyMs: 1000, connections: 10 });
    const whole = observe(plan, lives).observation;
    const merged = mergeObservations(
      splitPlan(plan, 10).map((part) => observe(part, lives)),
      'whole',
    );
    const lagOf = (observation: Observation) => judgeStep(observation, step, 'constant').checks.find(({ id }) => id === 'lag-p99')?.verdict;
    expect(lagOf(whole)).toBe('pass');
    expect(lagOf(merged)).toBe('fail');
  });
});
