import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { percentileCurve } from './curve.ts';
import { hgrmText } from './hgrm.ts';
import { createHistogram, decode, encode, type Histogram, highestTrackableUs, meanUs, merge, percentileUs, record } from './histogram.ts';

const percentiles = [0, 1, 25, 50, 75, 90, 95, 99, 99.9, 99.99, 100];
const spans = fc.array(fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: highestTrackableUs })), { maxLength: 300 });

function histogramOf(values: readonly number[]): Histogram {
  const histogram = createHistogram();
  for (const value of values) {
    record(histogram, value);
  }
  return histogram;
}

const view = (histogram: Histogram) => [histogram.totalCount, ...percentiles.map((percentile) => percentileUs(histogram, percentile))];

/** Rank by the nearest-rank rule over the sorted samples: the definition that the histogram approximates to 3 digits. */
function exactPercentile(values: readonly number[], percentile: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(1, Math.ceil((percentile / 100) * sorted.length)) - 1] ?? Number.NaN;
}

describe('histogram', () => {
  it('merging parts gives the histogram of the union', () => {
    fc.assert(
      fc.property(fc.array(spans, { maxLength: 6 }), (parts) => {
        expect(view(merge(parts.map(histogramOf)))).toEqual(view(histogramOf(parts.flat())));
      }),
      { numRuns: 60 },
    );
  });

  it('encoding and decoding preserves every percentile, also across a merge', () => {
    fc.assert(
      fc.property(spans, spans, (left, right) => {
        expect(view(decode(encode(histogramOf(left))))).toEqual(view(histogramOf(left)));
        const decoded = [left, right].map((values) => decode(encode(histogramOf(values))));
        expect(view(merge(decoded))).toEqual(view(histogramOf([...left, ...right])));
      }),
      { numRuns: 60 },
    );
  });

  it('is within 3 significant digits of the sorted samples', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: highestTrackableUs }), { minLength: 1, maxLength: 300 }), (values) => {
        const histogram = histogramOf(values);
        for (const percentile of [50, 90, 99, 100]) {
          const exact = exactPercentile(values, percentile);
          const observed = percentileUs(histogram, percentile) ?? Number.NaN;
          expect(observed).toBeGreaterThanOrEqual(exact);
          expect(observed).toBeLessThanOrEqual(exact * 1.001 + 1);
        }
      }),
      { numRuns: 60 },
    );
  });

  it.each([Number.NaN, -1, Number.POSITIVE_INFINITY])('refuses %d and counts nothing', (span) => {
    const histogram = createHistogram();
    expect(() => record(histogram, span)).toThrow(RangeError);
    expect(histogram.totalCount).toBe(0);
  });

  it('rounds parts of a µs and caps at ten minutes', () => {
    expect(percentileUs(histogramOf([0.9]), 50)).toBe(1);
    expect(percentileUs(histogramOf([2 * highestTrackableUs]), 50)).toBeGreaterThanOrEqual(highestTrackableUs);
  });

  it('knows nothing when it is empty', () => {
    expect(percentileUs(createHistogram(), 99)).toBeUndefined();
    expect(meanUs(createHistogram())).toBeUndefined();
    expect(percentileCurve(createHistogram())).toEqual([]);
    expect(hgrmText(createHistogram())).toContain('Total count    =            0');
  });
});

describe('percentile curve', () => {
  it('has at most 200 rising points from the minimum to the maximum and counts the tail', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 500 }), (values) => {
        const points = percentileCurve(histogramOf(values));
        expect(points.length).toBeLessThanOrEqual(200);
        expect(points[0]).toMatchObject({ percentile: 0, tailSamples: values.length });
        expect(points.at(-1)?.tailSamples).toBe(1);
        expect(points.at(-1)?.ms).toBeCloseTo((percentileUs(histogramOf(values), 100) ?? 0) / 1000, 9);
        for (const [index, point] of points.entries()) {
          const before = points[index - 1];
          expect(point.percentile).toBeLessThan(100);
          expect(point.ms).toBeGreaterThanOrEqual(before?.ms ?? 0);
          expect(point.tailSamples).toBeLessThanOrEqual(before?.tailSamples ?? values.length);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('stays within 200 points for a billion samples', () => {
    const histogram = createHistogram();
    histogram.recordValueWithCount(5000, 1_000_000_000);
    const points = percentileCurve(histogram);
    expect(points.length).toBe(200);
    expect(points.at(-1)?.percentile).toBeLessThan(100);
    expect(new Set(points.map(({ percentile }) => percentile)).size).toBe(200);
  });
});

describe('hgrm', () => {
  it('prints leading zeros after the point: 5.015 ms stays 5.015', () => {
    const text = hgrmText(histogramOf([5015]));
    expect(text).toContain('5.015');
    expect(text).not.toContain('5.150');
  });
});
