import { expect, it } from 'vitest';
import { driftCheck } from './drift-check.ts';
import type { JudgedStep } from './judged-step.ts';

/** Only what the check reads: the order of execution and the median. */
const steps = (medians: readonly number[]): JudgedStep[] =>
  medians.map(
    (p50, order) =>
      ({ record: { order, searchResponseMs: { mean: p50, p50, p95: p50, p99: p50, sampleCount: 100 } } }) as unknown as JudgedStep,
  );
const steady = [10, 10.1, 9.9, 10, 10.1, 9.9, 10, 10.1];
const slower = [10, 10.1, 9.9, 10, 14, 14.1, 13.9, 14];

it('names the variant that moved most, in order of execution', () => {
  expect(driftCheck([steps(steady)])).toMatchObject([{ id: 'drift', verdict: 'pass' }]);
  expect(driftCheck([steps(steady), steps(slower).toReversed()])).toMatchObject([{ verdict: 'fail', observed: expect.closeTo(0.4, 1) }]);
});

it('is unknown below eight repetitions and absent where nothing was repeated', () => {
  expect(driftCheck([steps(slower.slice(1, 7))])).toMatchObject([{ verdict: 'unknown' }]);
  expect(driftCheck([steps([10])])).toEqual([]);
});
