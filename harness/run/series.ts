import { operationKindSchema } from '../contract/common.ts';
import type { ResultVariant } from '../contract/result.ts';
import { percentileCurve } from '../measurement/curve.ts';
import type { JudgedStep } from './judged-step.ts';
import { steadyHistogram } from './quantiles.ts';

const mostSeconds = 200;
/** A probe is answered in less than a millisecond whatever happens to the questions; its curve would only scale the others down. */
const drawnKinds = operationKindSchema.options.filter((kind) => kind !== 'health');

const longestP99 = ({ record: { searchResponseMs, askResponseMs } }: JudgedStep) => (searchResponseMs ?? askResponseMs)?.p99 ?? 0;

/** The over-time panels show the repetition with the longest p99: the one that a doubter would ask for. */
export function seriesOf(judged: readonly JudgedStep[]): ResultVariant['series'] {
  const worst = judged.toSorted((a, b) => longestP99(b) - longestP99(a))[0];
  if (worst === undefined) {
    return undefined;
  }
  const { record, driven, quality } = worst;
  return {
    stepId: record.stepId,
    warmUpSeconds: driven.step.warmUpSeconds,
    seconds: driven.observation.seconds.slice(0, mostSeconds).map((second) => {
      const askResponseUs = quality.askSeconds.get(second.second);
      return askResponseUs === undefined ? second : { ...second, askResponseUs };
    }),
  };
}

/** Response times by percentile over all repetitions, for each kind that is no probe. */
export function curvesOf(judged: readonly JudgedStep[]): ResultVariant['curves'] {
  const observations = judged.map(({ driven }) => driven.observation);
  return drawnKinds.flatMap((kind) => {
    const histogram = steadyHistogram(observations, kind);
    return histogram.totalCount === 0 ? [] : [{ kind, sampleCount: histogram.totalCount, points: percentileCurve(histogram) }];
  });
}
