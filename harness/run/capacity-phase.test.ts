import { describe, expect, it } from 'vitest';
import type { Observation } from '../contract/observation.ts';
import type { Step } from '../contract/plan.ts';
import type { CapacityLimits } from '../contract/scenario.ts';
import { createHistogram, encode, record } from '../measurement/histogram.ts';
import { judgeProbe } from './capacity-phase.ts';
import type { DrivenStep } from './drive.ts';
import type { Outcome } from './history.ts';

const limits: CapacityLimits = { kind: 'ask', percentile: 95, responseMs: 100, errorShare: 0.01, achievedRatio: 0.98 };

const step: Step = {
  id: '100-single-probe-1',
  order: 100,
  variant: 'single',
  phase: 'probe',
  repetition: 1,
  ratePerSecond: 50,
  warmUpSeconds: 1,
  steadySeconds: 4,
  seed: 1,
};

/** 200 asks of the steady window, 20 ms apart, of which the last `failed` failed. */
function probe(responseMs: (share: number) => number, { failed = 0, asks = 200, invalid = [] as string[] } = {}) {
  const histogram = createHistogram();
  const times = Array.from({ length: asks - failed }, (_, index) => responseMs(index / asks));
  for (const ms of times) {
    record(histogram, ms * 1000);
  }
  const observation: Observation = {
    schemaVersion: 1,
    stepId: step.id,
    startedAtMs: 1,
    warmUp: { issued: 0, succeeded: 0, failed: {} },
    steady: { issued: asks, succeeded: asks - failed, failed: failed === 0 ? {} : { 'http-5xx': failed } },
    histograms: [
      { window: 'steady', kind: 'ask', outcome: 'success', timing: 'response', sampleCount: times.length, encoded: encode(histogram) },
    ],
    seconds: [],
    generator: {
      transport: 'test',
      cpuSeconds: 0,
      eventLoopUtilisation: 0,
      residentBytes: 0,
      realTimeScheduling: false,
      scheduleHash: 'none',
      connectionsOpened: 0,
      connectionWaits: 0,
    },
  };
  const history = times.map((ms, job): Outcome => {
    const intendedUs = 1_000_000 + job * 20_000;
    return { id: `${job}`, job, kind: 'ask', intendedUs, doneUs: intendedUs + ms * 1000, type: 'ok' };
  });
  const driven: DrivenStep = {
    step,
    observation,
    validity: { verdict: invalid.length === 0 ? 'valid' : 'invalid', reasons: invalid, checks: [] },
    processes: undefined,
    servers: [],
    serverSeries: [],
    operationsFile: '',
  };
  return judgeProbe(driven, history, limits);
}

describe('verdict on a probe', () => {
  it('passes where every limit holds', () => {
    expect(probe(() => 80)).toMatchObject({ verdict: 'passed', sampleCount: 200 });
    expect(probe(() => 80).responseMs).toBeCloseTo(80, 0);
  });

  it('fails by each limit, and says which', () => {
    expect(probe(() => 101)).toMatchObject({ verdict: 'failed', reason: 'ask p95 101.1 ms > 100 ms' });
    expect(probe(() => 20, { failed: 3 })).toMatchObject({ verdict: 'failed', reason: 'errors 1.50 % > 1 %' });
    expect(probe(() => 20, { failed: 8 }).reason).toBe('errors 4.00 % > 1 %; achieved ÷ offered 0.960 < 0.98');
    expect(probe(() => 20, { failed: 200 }).reason).toContain('no ask succeeded');
  });

  it('fails where response times rise although they are still within the limit: a queue is building', () => {
    expect(probe((share) => 5 + 85 * share)).toMatchObject({
      verdict: 'failed',
      reason: expect.stringMatching(/^not steady: response times rose by \d+ %/),
    });
  });

  it('says nothing of a system that was still warming up when it broke a limit', () => {
    expect(probe((share) => 300 * Math.exp(-4 * share))).toMatchObject({ verdict: 'undecided' });
    expect(probe((share) => 90 * Math.exp(-4 * share))).toMatchObject({ verdict: 'passed' });
  });

  it('says nothing where the generator was unfit, whatever the system did', () => {
    expect(probe(() => 20, { invalid: ['The generator was saturated.'] })).toMatchObject({
      verdict: 'undecided',
      reason: 'The generator was saturated.',
    });
  });

  it('says nothing from too few requests for the percentile', () => {
    expect(probe(() => 20, { asks: 19 })).toMatchObject({ verdict: 'undecided', reason: '19 requests are too few for a p95' });
  });

  it('does not count the warm-up as drift', () => {
    expect(probe(() => 50).steadiness).toEqual({ trend: 'steady', drift: 0 });
  });
});
