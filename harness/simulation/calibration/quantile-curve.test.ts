import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { simulatedSystemSchema } from '../../contract/simulation.ts';
import {
  bentThrough,
  centredAt,
  curveOf,
  deviationOf,
  meanOf,
  meanOfSlowest,
  type QuantileCurve,
  quantileAt,
  serviceTimeOf,
  withMean,
} from './quantile-curve.ts';

const uniform: QuantileCurve = [
  { percentile: 0, ms: 0 },
  { percentile: 100, ms: 12 },
];

const curves = fc
  .array(
    fc.record({
      percentile: fc.integer({ min: 0, max: 99_990 }).map((thousandths) => thousandths / 1000),
      step: fc.double({ min: 0, max: 50, noNaN: true }),
    }),
    {
      minLength: 1,
      maxLength: 30,
    },
  )
  .map((points) => {
    let ms = 0.1;
    const sorted = points.toSorted((a, b) => a.percentile - b.percentile);
    return curveOf(
      sorted.map(({ percentile, step }) => {
        ms += step;
        return { percentile, ms };
      }),
    ) as QuantileCurve;
  });

const isAscending = (curve: QuantileCurve) =>
  curve.slice(1).every(({ percentile, ms }, index) => percentile > (curve[index]?.percentile ?? 0) && ms >= (curve[index]?.ms ?? 0));

describe('a quantile curve', () => {
  it('has the mean, the deviation and the slowest of n draws of the uniform distribution', () => {
    expect(meanOf(uniform)).toBeCloseTo(6, 12);
    expect(deviationOf(uniform)).toBeCloseTo(12 / Math.sqrt(12), 12);
    for (const draws of [1, 2, 3, 8]) {
      expect(meanOfSlowest(uniform, draws)).toBeCloseTo((12 * draws) / (draws + 1), 10);
    }
  });

  it('has a small deviation about a large mean exactly', () => {
    const narrow: QuantileCurve = [
      { percentile: 0, ms: 1e6 },
      { percentile: 100, ms: 1e6 + 12e-6 },
    ];
    expect(deviationOf(narrow) / (12e-6 / Math.sqrt(12))).toBeCloseTo(1, 4);
  });

  it('is a service time that the contract takes, whatever it was made of', () => {
    fc.assert(
      fc.property(
        curves,
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        fc.double({ min: 0, max: 3, noNaN: true }),
        (curve, mean, spread) => {
          const moved = withMean(curve, mean, spread);
          expect(isAscending(moved)).toBe(true);
          expect(simulatedSystemSchema.shape.embed.safeParse(serviceTimeOf(moved)).success).toBe(true);
        },
      ),
    );
  });

  it('keeps its mean when its spread changes, and spreads less the less is asked for', () => {
    fc.assert(
      fc.property(
        curves,
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        fc.double({ min: 0, max: 2, noNaN: true }),
        (curve, mean, spread) => {
          const [moved, less] = [withMean(curve, mean, spread), withMean(curve, mean, spread / 2)];
          expect(meanOf(moved)).toBeCloseTo(mean, 6);
          expect(deviationOf(less)).toBeLessThanOrEqual(deviationOf(moved) + 1e-6);
        },
      ),
    );
  });

  it('rises everywhere with its centre, and above its mean with its spread', () => {
    fc.assert(
      fc.property(
        curves,
        fc.double({ min: -20, max: 20, noNaN: true }),
        fc.double({ min: 0, max: 2, noNaN: true }),
        (curve, centre, spread) => {
          const moved = centredAt(curve, centre, spread);
          expect(meanOf(centredAt(curve, centre + 1, spread))).toBeGreaterThanOrEqual(meanOf(moved) - 1e-9);
          expect(quantileAt(centredAt(curve, centre, spread + 0.5), 100)).toBeGreaterThanOrEqual(quantileAt(moved, 100) - 1e-9);
          expect(meanOf(moved)).toBeGreaterThanOrEqual(centre - 1e-9);
        },
      ),
    );
  });

  it('is slower the more draws the slowest is taken of, and never beyond its end', () => {
    fc.assert(
      fc.property(curves, fc.integer({ min: 1, max: 20 }), (curve, draws) => {
        const [slowest, ofOneMore] = [meanOfSlowest(curve, draws), meanOfSlowest(curve, draws + 1)];
        expect(ofOneMore).toBeGreaterThanOrEqual(slowest - 1e-9);
        expect(ofOneMore).toBeLessThanOrEqual((curve.at(-1)?.ms ?? 0) + 1e-9);
      }),
    );
  });

  it('passes through the quantiles that it is bent through', () => {
    const figures = { p50: 5, p95: 30, p99: 33 };
    const bent = bentThrough(uniform, figures);
    expect(isAscending(bent)).toBe(true);
    expect([50, 95, 99].map((percentile) => quantileAt(bent, percentile))).toEqual([
      expect.closeTo(5, 9),
      expect.closeTo(30, 9),
      expect.closeTo(33, 9),
    ]);
  });

  it('takes the last point of a plot for the maximum', () => {
    expect(
      curveOf([
        { percentile: 0, ms: 2 },
        { percentile: 99.9, ms: 7 },
      ]),
    ).toEqual([
      { percentile: 0, ms: 2 },
      { percentile: 99.9, ms: 7 },
      { percentile: 100, ms: 7 },
    ]);
    expect(curveOf([])).toBeUndefined();
  });
});
