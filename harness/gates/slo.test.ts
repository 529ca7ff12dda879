import { describe, expect, it } from 'vitest';
import type { MetricValues } from '../contract/metrics.ts';
import { judgeSlo } from './slo.ts';

const slo = { id: 'p99', metric: 'search-response-p99', comparator: 'le', limit: 100, minimumSamples: 1000 } as const;
const measured = (value: number, sampleCount = 5000): MetricValues => ({
  'search-response-p99': { value, unit: 'ms', sampleCount, window: 'steady state' },
});

describe('judgeSlo', () => {
  it('passes at the limit and fails beyond it, with the margin as a share of the limit', () => {
    const result = judgeSlo(slo, [
      { id: 'at', metrics: measured(100) },
      { id: 'over', metrics: measured(118) },
    ]);
    expect(result.verdict).toBe('fail');
    expect(result.perVariant.map(({ verdict, margin }) => [verdict, margin])).toEqual([
      ['pass', 0],
      ['fail', -0.18],
    ]);
  });

  it('does not know what rests on too few samples or on none, and never passes it', () => {
    expect(judgeSlo(slo, [{ id: 'few', metrics: measured(1, 999) }]).verdict).toBe('unknown');
    expect(judgeSlo(slo, [{ id: 'none', metrics: {} }]).verdict).toBe('unknown');
    expect(judgeSlo(slo, []).verdict).toBe('unknown');
  });

  it('counts room upward for goals that want more', () => {
    const recall = { id: 'recall', metric: 'recall-at-10', comparator: 'ge', limit: 0.8, minimumSamples: 1 } as const;
    const metrics: MetricValues = { 'recall-at-10': { value: 0.9, unit: 'ratio', sampleCount: 10, window: 'steady state' } };
    expect(judgeSlo(recall, [{ id: 'v', metrics }]).perVariant[0]?.margin).toBeCloseTo(0.125, 12);
  });

  it('shows a variant that is not held to a goal, and lets it decide nothing', () => {
    const free = { id: 'free', metrics: measured(500), measuredOnly: [{ slo: 'p99', why: 'its cost is the question' }] };
    const result = judgeSlo(slo, [{ id: 'held', metrics: measured(50) }, free]);
    expect(result.verdict).toBe('pass');
    expect(result.perVariant.map(({ variant }) => variant)).toEqual(['held']);
    expect(result.measuredOnly).toEqual([{ variant: 'free', observed: 500, sampleCount: 5000, why: 'its cost is the question' }]);
    expect(judgeSlo({ ...slo, id: 'other' }, [free]).verdict).toBe('fail');
    expect(judgeSlo(slo, [free]).verdict).toBe('unknown');
  });
});
