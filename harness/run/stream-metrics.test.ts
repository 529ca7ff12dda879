import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Observation, Timing } from '../contract/observation.ts';
import { createHistogram, encode, record } from '../measurement/histogram.ts';
import { streamMetrics } from './stream-metrics.ts';

/** An observation with these spans of successful streamed asks, and failed ones that must not count. */
function observed(spansUs: Partial<Record<Timing, readonly number[]>>): Observation {
  const entry = (timing: Timing, outcome: 'success' | 'all', spans: readonly number[]) => {
    const histogram = createHistogram();
    for (const spanUs of spans) {
      record(histogram, spanUs);
    }
    return { window: 'steady', kind: 'ask-stream', outcome, timing, sampleCount: spans.length, encoded: encode(histogram) } as const;
  };
  const histograms = Object.entries(spansUs).flatMap(([timing, spans]) => [
    entry(timing as Timing, 'success', spans),
    entry(timing as Timing, 'all', [...spans, 50_000_000]),
  ]);
  return { histograms } as unknown as Observation;
}

const gapsUs = fc.array(fc.integer({ min: 100, max: 500_000 }), { minLength: 1, maxLength: 50 });

describe('metrics of streams', () => {
  it('are absent where nothing was streamed', () => {
    const entries = streamMetrics([observed({ response: [5] })]);
    expect(entries).toHaveLength(7);
    expect(entries.every(([, measured]) => measured === undefined)).toBe(true);
  });

  it('the rate is the number of gaps over their sum, of all repetitions together', () => {
    fc.assert(
      fc.property(fc.array(gapsUs, { minLength: 1, maxLength: 8 }), (repetitions) => {
        const all = repetitions.flat();
        const exact = (1e6 * all.length) / all.reduce((sum, gapUs) => sum + gapUs, 0);
        const rate = Object.fromEntries(streamMetrics(repetitions.map((gaps) => observed({ 'inter-token-gap': gaps }))))['stream-rate'];
        expect(Math.abs((rate?.value ?? 0) / exact - 1)).toBeLessThan(0.002);
        expect(rate).toMatchObject({ unit: 'tokens/s', sampleCount: all.length, window: 'steady state' });
        expect(rate?.interval === undefined).toBe(repetitions.length < 6);
      }),
      { numRuns: 25 },
    );
  });

  it('percentiles are of gaps and of first tokens, in ms, where a sample lies beyond them', () => {
    const thousand = Array.from({ length: 1000 }, (_, index) => 1000 * (index + 1));
    const values = Object.fromEntries(
      streamMetrics([observed({ 'time-to-first-token': thousand, 'inter-token-gap': thousand.slice(0, 50) })]),
    );
    expect(values['time-to-first-token-p99']?.value).toBeCloseTo(990, -1);
    expect(values['time-to-first-token-p99']?.interval).toBeDefined();
    expect(values['inter-token-gap-p50']?.value).toBeCloseTo(25, 0);
    // Gaps of one stream are alike: without repetitions nothing says how far their percentile can be trusted.
    expect(values['inter-token-gap-p50']?.interval).toBeUndefined();
    expect(values['inter-token-gap-p99']).toBeUndefined();
  });
});
