import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { schedule } from '../arrivals/index.ts';
import type { Arrivals } from '../contract/arrivals.ts';
import type { OperationKind } from '../contract/common.ts';
import { type HistogramRecord, type Observation, observationSchema, type Timing } from '../contract/observation.ts';
import type { Step } from '../contract/plan.ts';
import { validityCheckSchema } from '../contract/result.ts';
import { createHistogram, encode, record } from './histogram.ts';
import { judgeStep, type Surroundings, withholdsP999 } from './validity.ts';

const ratePerSecond = 100;
const step: Step = {
  id: '0-single-judged-1',
  order: 0,
  variant: 'single',
  phase: 'judged',
  repetition: 1,
  ratePerSecond,
  warmUpSeconds: 0,
  steadySeconds: 20,
  seed: 1,
};
const jobCount = ratePerSecond * step.steadySeconds;

function histogramRecord(
  timing: Timing,
  outcome: 'success' | 'all',
  spansUs: readonly number[],
  kind: OperationKind = 'search',
): HistogramRecord {
  const histogram = createHistogram();
  for (const span of spansUs) {
    record(histogram, span);
  }
  return { window: 'steady', kind, outcome, timing, sampleCount: histogram.totalCount, encoded: encode(histogram) };
}

interface Shape {
  issued?: number;
  dropped?: number;
  lagUs?: readonly number[];
  responseUs?: readonly number[];
  eventLoopUtilisation?: number;
  throttledSeconds?: number;
  more?: HistogramRecord[];
}

const repeated = (span: number, count = jobCount) => Array.from({ length: count }, () => span);

function observation({
  issued = jobCount,
  dropped = 0,
  lagUs,
  responseUs,
  eventLoopUtilisation = 0.2,
  throttledSeconds,
  more = [],
}: Shape = {}): Observation {
  return observationSchema.parse({
    schemaVersion: 1,
    stepId: step.id,
    startedAtMs: 1,
    warmUp: { issued: 0, succeeded: 0, failed: {} },
    steady: { issued, succeeded: issued - dropped, failed: dropped === 0 ? {} : { dropped } },
    histograms: [
      histogramRecord('lag', 'all', lagUs ?? repeated(300)),
      histogramRecord('response', 'success', responseUs ?? repeated(5000)),
      ...more,
    ],
    seconds: [],
    generator: {
      transport: 'none',
      cpuSeconds: 1,
      eventLoopUtilisation,
      ...(throttledSeconds === undefined ? {} : { throttledSeconds }),
      residentBytes: 1,
      realTimeScheduling: false,
      scheduleHash: 'x',
      connectionsOpened: 1,
      connectionWaits: 0,
    },
  });
}

const failing = (shape: Shape, arrivals: Arrivals = 'constant', plannedJobs?: number) => {
  const { verdict, reasons, checks } = judgeStep(observation(shape), step, arrivals, plannedJobs);
  expect(reasons.length > 0).toBe(verdict === 'invalid');
  return checks.filter((check) => check.verdict === 'fail').map((check) => check.id);
};

/** All lags small except a share of them. */
const lagsWithLate = (lateUs: number, share: number) => repeated(300).map((lag, index) => (index < share * jobCount ? lateUs : lag));

describe('judgeStep', () => {
  it('accepts a step in which everything held', () => {
    const validity = judgeStep(observation(), step, 'constant');
    expect(validity).toMatchObject({ verdict: 'valid', reasons: [] });
    expect(validity.checks.map((check) => check.verdict)).toEqual(['pass', 'pass', 'pass', 'pass', 'pass']);
    expect(validity.checks.every((check) => validityCheckSchema.safeParse(check).success)).toBe(true);
  });

  it('refuses a late generator: the limit is 2 ms while responses are short', () => {
    expect(failing({ lagUs: repeated(1990) })).toEqual([]);
    expect(failing({ lagUs: repeated(2010) })).toEqual(['lag-p99']);
    expect(failing({ lagUs: lagsWithLate(50_000, 0.02) })).toEqual(['lag-p99']);
  });

  it('allows 10 % of the reported p99 where that is more, and measures it by the quickest kind', () => {
    const responseUs = repeated(100_000);
    expect(failing({ lagUs: repeated(9900), responseUs })).toEqual([]);
    expect(failing({ lagUs: repeated(10_200), responseUs })).toEqual(['lag-p99']);
    const quick = [histogramRecord('response', 'success', repeated(5000), 'upsert')];
    expect(failing({ lagUs: repeated(9900), responseUs, more: quick })).toEqual(['lag-p99']);
    const fewQuick = [histogramRecord('response', 'success', repeated(5000, 20), 'upsert')];
    expect(failing({ lagUs: repeated(9900), responseUs, more: fewQuick })).toEqual([]);
    // On a ramp past the knee nobody reads how fast probes were answered.
    const probes = [histogramRecord('response', 'success', repeated(50_000), 'health')];
    expect(failing({ lagUs: repeated(9900), responseUs, more: probes })).toEqual(['lag-p99']);
    const pastTheKnee = judgeStep(
      observation({ lagUs: repeated(9900), responseUs, more: probes }),
      { ...step, phase: 'overload' },
      'constant',
    );
    expect(pastTheKnee.verdict).toBe('valid');
  });

  it('withholds the p99.9 of a step that is otherwise valid', () => {
    const { verdict, checks } = judgeStep(observation({ lagUs: lagsWithLate(6000, 0.005) }), step, 'constant');
    expect(verdict).toBe('valid');
    expect(withholdsP999(checks)).toBe(true);
    expect(withholdsP999(judgeStep(observation({ lagUs: lagsWithLate(4900, 0.005) }), step, 'constant').checks)).toBe(false);
    expect(withholdsP999([])).toBe(true);
  });

  it('refuses a saturated generator', () => {
    expect(failing({ eventLoopUtilisation: 0.85 })).toEqual([]);
    expect(failing({ eventLoopUtilisation: 0.86 })).toEqual(['generator-utilisation']);
  });

  it('refuses a generator that a quota kept from running', () => {
    expect(failing({ throttledSeconds: 0 })).toEqual([]);
    expect(failing({ throttledSeconds: 0.004 })).toEqual(['generator-throttled']);
  });

  it('refuses jobs that were never sent beyond 0.1 %', () => {
    expect(failing({ dropped: 2 })).toEqual([]);
    expect(failing({ dropped: 3 })).toEqual(['unsent-jobs']);
  });

  it('refuses a constant rate that is off by more than 0.1 %', () => {
    expect(failing({ issued: jobCount + 2 })).toEqual([]);
    expect(failing({ issued: jobCount - 3 })).toEqual(['rate-error']);
    expect(failing({ issued: jobCount + 3 })).toEqual(['rate-error']);
  });

  it('allows a short constant window one job of rounding', () => {
    const short: Step = { ...step, ratePerSecond: 10, steadySeconds: 2 };
    const verdictOf = (issued: number) => judgeStep(observation({ issued }), short, 'constant').verdict;
    expect([19, 20, 21, 18, 22].map(verdictOf)).toEqual(['valid', 'valid', 'valid', 'invalid', 'invalid']);
  });

  it('allows a Poisson count four standard deviations', () => {
    const allowed = Math.floor(4 * Math.sqrt(jobCount));
    expect(failing({ issued: jobCount - allowed }, 'poisson')).toEqual([]);
    expect(failing({ issued: jobCount - allowed - 1 }, 'poisson')).toEqual(['rate-error']);
  });

  it('allows a process the deviation that it has', () => {
    const gamma = { process: 'gamma', cv: 2 } as const;
    const allowed = Math.floor(4 * Math.sqrt(4 * jobCount + 1));
    expect(failing({ issued: jobCount - allowed }, gamma)).toEqual([]);
    expect(failing({ issued: jobCount - allowed - 1 }, gamma)).toEqual(['rate-error']);
    const states = [
      { rateFactor: 1, meanSeconds: 2 },
      { rateFactor: 3, meanSeconds: 1 },
    ];
    const issued = (seed: number) =>
      schedule({ process: 'mmpp', states }, { ratePerSecond, durationMs: step.steadySeconds * 1000, seed }).length;
    const counts = Array.from({ length: 200 }, (_, seed) => issued(seed));
    expect(counts.filter((count) => failing({ issued: count }, { process: 'mmpp', states }).length > 0)).toEqual([]);
    // As Poisson arrivals many of them would be refused.
    expect(counts.filter((count) => failing({ issued: count }, 'poisson').length > 0).length).toBeGreaterThan(20);
  });

  it('judges a replay by its own schedule, to the job', () => {
    const trace = { process: 'trace', file: 'x', format: 'csv' } as const;
    expect(failing({ issued: 1234 }, trace, 1234)).toEqual([]);
    expect(failing({ issued: 1233 }, trace, 1234)).toEqual(['rate-error']);
    const unplanned = judgeStep(observation(), step, trace);
    expect(unplanned.verdict).toBe('invalid');
    expect(unplanned.reasons).toEqual(['The replay planned no job in the steady window.']);
  });

  it('accepts 400 steps of a correct Poisson generator and refuses one that runs 10 % slow', () => {
    const counts = (ratePerSecond: number) =>
      Array.from({ length: 400 }, (_, seed) => schedule('poisson', { ratePerSecond, durationMs: step.steadySeconds * 1000, seed }).length);
    expect(counts(ratePerSecond).filter((issued) => failing({ issued }, 'poisson').length > 0)).toEqual([]);
    const slow = counts(ratePerSecond * 0.9).filter((issued) => failing({ issued }, 'poisson').length > 0);
    expect(slow.length).toBeGreaterThan(200);
  });

  it('never passes a step without jobs', () => {
    const { verdict, checks, reasons } = judgeStep(observation({ issued: 0, lagUs: [], responseUs: [] }), step, 'poisson');
    expect(verdict).toBe('invalid');
    expect(reasons.length).toBeGreaterThanOrEqual(2);
    expect(checks.find(({ id }) => id === 'lag-p99')).toMatchObject({ verdict: 'unknown' });
    expect(withholdsP999(checks)).toBe(true);
  });

  it('judges lag even when nothing succeeded', () => {
    expect(failing({ responseUs: [], lagUs: repeated(3000) })).toEqual(['lag-p99']);
  });

  it('never gets better when one thing gets worse', () => {
    const shape = fc.record({
      lag: fc.integer({ min: 0, max: 20_000 }),
      busy: fc.double({ min: 0, max: 1, noNaN: true }),
      dropped: fc.integer({ min: 0, max: 20 }),
      missing: fc.integer({ min: 0, max: 20 }),
    });
    const verdictOf = ({ lag, busy, dropped, missing }: { lag: number; busy: number; dropped: number; missing: number }) =>
      judgeStep(
        observation({ lagUs: repeated(lag, 50), eventLoopUtilisation: busy, dropped, issued: jobCount - missing }),
        step,
        'constant',
      ).verdict;
    fc.assert(
      fc.property(shape, shape, (left, right) => {
        const worse = {
          lag: Math.max(left.lag, right.lag),
          busy: Math.max(left.busy, right.busy),
          dropped: Math.max(left.dropped, right.dropped),
          missing: Math.max(left.missing, right.missing),
        };
        if (verdictOf(left) === 'invalid') {
          expect(verdictOf(worse)).toBe('invalid');
        }
      }),
      { numRuns: 40 },
    );
  });

  it('says the observed value and the limit in every reason', () => {
    const { reasons } = judgeStep(
      observation({ lagUs: repeated(4000), eventLoopUtilisation: 0.9, dropped: 40, issued: 1500 }),
      step,
      'poisson',
    );
    expect(reasons).toHaveLength(4);
    for (const reason of reasons) {
      expect(reason).toMatch(/\d.*limit.*\d.*\.$/);
    }
  });
});

describe('what others took of the machine', () => {
  const judged = (use: Surroundings['use'], isStrict: boolean) => judgeStep(observation(), step, 'constant', undefined, { use, isStrict });
  const verdicts = (use: Surroundings['use'], isStrict: boolean) =>
    Object.fromEntries(judged(use, isStrict).checks.map(({ id, verdict }) => [id, verdict]));

  it('is nothing up to a limit, and leaves a step open beyond it', () => {
    expect(verdicts({ foreignShare: 0.05, stealShare: 0.02 }, true)).toMatchObject({ 'foreign-cpu': 'pass', 'cpu-steal': 'pass' });
    expect(verdicts({ foreignShare: 0.051, stealShare: 0.021 }, true)).toMatchObject({ 'foreign-cpu': 'unknown', 'cpu-steal': 'unknown' });
    expect(judged({ foreignShare: 0.25, stealShare: 0.1 }, true).verdict).toBe('valid');
  });

  it('invalidates a strict step when it is too much, and no other', () => {
    const { verdict, reasons } = judged({ foreignShare: 0.312, stealShare: 0.2 }, true);
    expect(verdict).toBe('invalid');
    expect(reasons).toEqual([
      "Other processes took 31.2 % of the machine's CPU, more than 25 %: response times were theirs as much as the system's.",
      "The hypervisor took 20.0 % of the machine's CPU, more than 10 %: response times were theirs as much as the system's.",
    ]);
    expect(judged({ foreignShare: 0.9, stealShare: 0.9 }, false).verdict).toBe('valid');
    expect(verdicts({ foreignShare: 0.9, stealShare: 0.9 }, false)).toMatchObject({ 'foreign-cpu': 'unknown', 'cpu-steal': 'unknown' });
  });

  it('is unknown, and never passes, where nothing tells', () => {
    expect(verdicts(undefined, true)).toMatchObject({ 'foreign-cpu': 'unknown', 'cpu-steal': 'unknown' });
    expect(judged(undefined, true).verdict).toBe('valid');
    expect(judged(undefined, true).checks.find(({ id }) => id === 'foreign-cpu')?.observed).toBeUndefined();
  });
});
