import type { ServiceTime } from '../../contract/simulation.ts';

/** A distribution as measured: quantiles from percentile 0 to 100, both columns ascending, straight lines between them. */
export type QuantileCurve = readonly { readonly percentile: number; readonly ms: number }[];

/** Three quantiles of a distribution of which no more is known, ms. */
export interface Figures {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

const lastPercentile = 100;

/** Percentiles strictly ascending from 0 to 100 and times that never fall, whatever rounding made of them. */
function ascending(points: QuantileCurve): QuantileCurve {
  const curve: { percentile: number; ms: number }[] = [];
  for (const { percentile, ms } of points) {
    const before = curve.at(-1);
    if (before === undefined || percentile > before.percentile) {
      curve.push({ percentile, ms: Math.max(0, ms, before?.ms ?? 0) });
    }
  }
  return curve;
}

/** The points of a percentile plot, which has no place for 100 %: its last point is the maximum. Undefined without points. */
export function curveOf(points: QuantileCurve): QuantileCurve | undefined {
  const [first] = points;
  const last = points.at(-1);
  return first === undefined || last === undefined
    ? undefined
    : ascending([{ percentile: 0, ms: first.ms }, ...points, { percentile: lastPercentile, ms: last.ms }]);
}

/** The quantile at a percentile, ms. */
export function quantileAt(curve: QuantileCurve, percentile: number): number {
  const next = curve.findIndex((point) => point.percentile >= percentile);
  const high = curve[next];
  const low = curve[next - 1];
  if (high === undefined) {
    return curve.at(-1)?.ms ?? 0;
  }
  if (low === undefined) {
    return high.ms;
  }
  return low.ms + ((high.ms - low.ms) * (percentile - low.percentile)) / (high.percentile - low.percentile);
}

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly low: number;
  readonly high: number;
}

/** The straight pieces, their ends as shares instead of percentiles. */
function pieces(curve: QuantileCurve): Piece[] {
  return curve.slice(1).map(({ percentile, ms }, index) => {
    const before = curve[index] ?? { percentile: 0, ms };
    return { from: before.percentile / lastPercentile, to: percentile / lastPercentile, low: before.ms, high: ms };
  });
}

const integral = (curve: QuantileCurve, of: (piece: Piece) => number) => pieces(curve).reduce((sum, piece) => sum + of(piece), 0);

/** Mean of the distribution, ms. */
export function meanOf(curve: QuantileCurve): number {
  return integral(curve, ({ from, to, low, high }) => ((to - from) * (low + high)) / 2);
}

/** Standard deviation of the distribution, ms. */
export function deviationOf(curve: QuantileCurve): number {
  // About the mean, because the difference of two large squares would lose a small deviation to rounding.
  const mean = meanOf(curve);
  const square = integral(curve, ({ from, to, low, high }) => {
    const [below, above] = [low - mean, high - mean];
    return ((to - from) * (below * below + below * above + above * above)) / 3;
  });
  return Math.sqrt(square);
}

/** Mean of the slowest of so many independent draws, ms: ∫ Q(u) d(uⁿ), exact on straight pieces. */
export function meanOfSlowest(curve: QuantileCurve, draws: number): number {
  return integral(curve, ({ from, to, low, high }) => {
    const slope = (high - low) / (to - from);
    const weight = to ** draws - from ** draws;
    const moment = (draws / (draws + 1)) * (to ** (draws + 1) - from ** (draws + 1));
    return (low - slope * from) * weight + slope * moment;
  });
}

export function scaled(curve: QuantileCurve, factor: number): QuantileCurve {
  return curve.map(({ percentile, ms }) => ({ percentile, ms: ms * factor }));
}

/** The shape of a curve about another centre, its spread multiplied; what would be below 0 is 0, so that the mean may be above the centre. */
export function centredAt(curve: QuantileCurve, centreMs: number, spread: number): QuantileCurve {
  const mean = meanOf(curve);
  return ascending(curve.map(({ percentile, ms }) => ({ percentile, ms: centreMs + spread * (ms - mean) })));
}

/** The same with the mean kept, by a factor. */
export function withMean(curve: QuantileCurve, meanMs: number, spread: number): QuantileCurve {
  const moved = centredAt(curve, meanMs, spread);
  const mean = meanOf(moved);
  return mean === 0 ? moved : scaled(moved, meanMs / mean);
}

/** A curve bent so that it passes through measured quantiles; beyond the outer ones it keeps their ratio. */
export function bentThrough(curve: QuantileCurve, figures: Figures): QuantileCurve {
  const anchors = (
    [
      ['p50', 50],
      ['p95', 95],
      ['p99', 99],
    ] as const
  ).map(([name, percentile]) => {
    const own = quantileAt(curve, percentile);
    return { percentile, ms: own === 0 ? 1 : figures[name] / own };
  });
  const ratios: QuantileCurve = [
    { percentile: 0, ms: anchors[0]?.ms ?? 1 },
    ...anchors,
    { percentile: lastPercentile, ms: anchors.at(-1)?.ms ?? 1 },
  ];
  const bent = (percentile: number) => ({ percentile, ms: quantileAt(curve, percentile) * quantileAt(ratios, percentile) });
  const percentiles = [...new Set([...curve.map(({ percentile }) => percentile), ...anchors.map(({ percentile }) => percentile)])];
  return ascending(percentiles.toSorted((a, b) => a - b).map(bent));
}

/** A curve as the simulation takes it. */
export function serviceTimeOf(curve: QuantileCurve): ServiceTime {
  return { distribution: 'empirical', quantiles: curve.map((point) => ({ ...point })) };
}
