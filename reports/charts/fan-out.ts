import type { FanOut, Result } from '../../harness/contract/result.ts';
import { predictionError } from '../cost-figures.ts';
import { drawnVariants } from '../findings.ts';
import type { Markup } from '../markup.ts';
import { duration, joined } from '../numbers.ts';
import type { Strings } from '../strings.ts';
import { labelledTicks, logDomain, logPosition, ticks125 } from './axis.ts';
import { type Frame, plotSize, renderChart } from './compile.ts';
import { label, line } from './layers.ts';
import { logAxisLayer } from './log-axis.ts';
import { plainTick } from './percentiles.ts';
import { seriesOf } from './series.ts';

export const fanOutPercentiles = ['p50', 'p95', 'p99'] as const;
type Percentile = (typeof fanOutPercentiles)[number];

/** Requests beyond a percentile before its mark stands for more than an anecdote. */
const solidTail = 10;
const tailShare: Record<Percentile, number> = { p50: 0.5, p95: 0.05, p99: 0.01 };

export interface FannedVariant {
  readonly id: string;
  readonly fanOut: FanOut;
}

/** Variants of which a search waits for several shards. */
export function fannedVariants(result: Result): FannedVariant[] {
  return result.variants.flatMap(({ id, costs }) =>
    costs?.fanOut !== undefined && costs.fanOut.asked > 1 ? [{ id, fanOut: costs.fanOut }] : [],
  );
}

/** `predicted 30.5 ms (+57.0 %)`, once for each source of the prediction. */
export function predictionTexts({ slowestMs, predictions }: FanOut, percentile: Percentile, s: Strings): string[] {
  return predictions.map(({ from, slowestMs: predicted }) => {
    const error = predictionError(predicted[percentile], slowestMs[percentile]);
    return s.fanOut.prediction(from, joined(duration(predicted[percentile])), error);
  });
}

/** Measured slowest shard beside one shard and both predictions, on one log axis. Undefined where no search waits for several. */
export async function fanOutChart(
  result: Result,
  width: number,
  narrow: boolean,
  s: Strings,
  className: string,
): Promise<Markup | undefined> {
  const drawn = new Set(drawnVariants(result).map(({ id }) => id));
  const fanned = fannedVariants(result).filter(({ id }) => drawn.has(id));
  const values = fanned.flatMap(({ fanOut }) =>
    fanOutPercentiles.flatMap((percentile) => [
      fanOut.slowestMs[percentile],
      fanOut.oneShardMs[percentile],
      ...fanOut.predictions.map(({ slowestMs }) => slowestMs[percentile]),
    ]),
  );
  const domain = logDomain(values);
  if (domain === undefined) {
    return undefined;
  }
  const rowHeight = narrow ? 58 : 24;
  const headHeight = narrow ? 22 : 0;
  const gap = 10;
  const groupHeight = headHeight + fanOutPercentiles.length * rowHeight + gap;
  const frame: Frame = narrow
    ? { width, height: fanned.length * groupHeight + 26, left: 8, right: 8, top: 24, bottom: 2 }
    : { width, height: fanned.length * groupHeight + 30, left: 270, right: 480, top: 26, bottom: 4 };
  const size = plotSize(frame);
  const atX = logPosition(domain, 0, size.width);
  const rows = fanned.flatMap((variant, place) => {
    const top = place * groupHeight;
    const { colour, wordColour } = seriesOf(result, variant.id);
    const head = narrow
      ? label({ x: -8, y: top + 12, text: variant.id, colour: wordColour, weight: 600 })
      : label({ x: -270, y: top + rowHeight / 2, text: variant.id, colour: wordColour, weight: 600, size: 12 });
    return [
      head,
      ...fanOutPercentiles.flatMap((percentile, row) =>
        rowLayers(variant, percentile, { y: top + headHeight + row * rowHeight, rowHeight, width: size.width, narrow, atX, colour }, s),
      ),
    ];
  });
  return renderChart(
    frame,
    {
      layer: [
        logAxisLayer({
          field: 'ms',
          domain,
          anchor: domain[0],
          ticks: labelledTicks(ticks125(...domain), 8),
          nameOf: (tick) => `${plainTick(tick)} ms`,
          height: size.height,
          grid: !narrow,
        }),
        ...rows,
      ],
    },
    className,
  );
}

interface Place {
  readonly y: number;
  readonly rowHeight: number;
  readonly width: number;
  readonly narrow: boolean;
  readonly atX: (value: number) => number;
  readonly colour: string;
}

/** Predictions are hollow, because nothing was measured there: a triangle from this variant's shards, a diamond from the baseline. */
const predictionShapes = { shards: 'triangle-up', baseline: 'diamond' } as const;

function rowLayers(
  { fanOut }: FannedVariant,
  percentile: Percentile,
  { y, rowHeight, width, narrow, atX, colour }: Place,
  s: Strings,
): unknown[] {
  const middle = narrow ? y + rowHeight - 14 : y + rowHeight / 2;
  const textY = narrow ? y + 12 : middle;
  const measured = fanOut.slowestMs[percentile];
  const one = fanOut.oneShardMs[percentile];
  const thin = fanOut.slowestMs.sampleCount * tailShare[percentile] < solidTail;
  const point = (value: number, shape: string, stroke: string, fill: string, area: number) =>
    value > 0
      ? [
          {
            data: { values: [{}] },
            mark: { type: 'point', shape, size: area, stroke, strokeWidth: 1.5, fill, opacity: 1 },
            encoding: { x: { value: atX(value) }, y: { value: middle } },
          },
        ]
      : [];
  const texts = predictionTexts(fanOut, percentile, s);
  const figures = s.fanOut.measured(percentile, joined(duration(measured)), thin);
  return [
    ...(one > 0 && measured > 0 ? [line({ x: atX(one), x2: atX(measured), y: middle, y2: middle }, 'var(--ink3)', 1, [1, 2.5])] : []),
    ...point(one, 'circle', 'var(--ink3)', 'var(--ink3)', 16),
    ...fanOut.predictions.flatMap(({ from, slowestMs }) =>
      point(slowestMs[percentile], predictionShapes[from], 'var(--ink2)', 'var(--surface)', 48),
    ),
    ...point(measured, 'circle', colour, thin ? 'var(--surface)' : colour, 52),
    ...(narrow
      ? [
          label({ x: -8, y: textY, text: figures, colour: 'var(--ink)', weight: 500 }),
          label({ x: -8, y: textY + 15, text: texts.join(' · ') }),
        ]
      : [
          label({ x: -12, y: textY, text: figures, align: 'right', colour: 'var(--ink)', size: 12 }),
          label({ x: width + 14, y: textY, text: texts.join(' · '), size: 12 }),
        ]),
  ];
}
