import { type MetricValues, metricDefinition } from '../contract/metrics.ts';
import type { SloResult } from '../contract/result.ts';
import type { Slo } from '../contract/scenario.ts';
import type { CheckVerdict } from '../contract/verdict.ts';

type VariantVerdict = SloResult['perVariant'][number];

/** Room to the limit as a share of the limit; positive is room in either direction. A limit of 0 has no share. */
function marginOf({ comparator, limit }: Slo, observed: number): number | undefined {
  if (limit === 0) {
    return undefined;
  }
  return comparator === 'le' ? (limit - observed) / limit : (observed - limit) / limit;
}

function judgeVariant(slo: Slo, variant: string, metrics: MetricValues): VariantVerdict {
  const measured = metrics[slo.metric];
  if (measured === undefined) {
    return { variant, verdict: 'unknown', sampleCount: 0, why: 'not measured' };
  }
  const margin = marginOf(slo, measured.value);
  const holds = slo.comparator === 'le' ? measured.value <= slo.limit : measured.value >= slo.limit;
  const enough = measured.sampleCount >= slo.minimumSamples;
  return {
    variant,
    verdict: !enough ? 'unknown' : holds ? 'pass' : 'fail',
    observed: measured.value,
    sampleCount: measured.sampleCount,
    ...(measured.interval === undefined ? {} : { interval: measured.interval }),
    ...(margin === undefined ? {} : { margin }),
    ...(enough ? {} : { why: `${measured.sampleCount} samples, ${slo.minimumSamples} are needed` }),
  };
}

function worstOf(verdicts: readonly CheckVerdict[]): CheckVerdict {
  if (verdicts.includes('fail')) {
    return 'fail';
  }
  return verdicts.length === 0 || verdicts.includes('unknown') ? 'unknown' : 'pass';
}

interface Held {
  readonly id: string;
  readonly metrics: MetricValues;
  /** Goals that it is not held to, with the reason. */
  readonly measuredOnly?: readonly { readonly slo: string; readonly why: string }[] | undefined;
}

/** Judges one goal on every variant that is held to it; the goal has the worst verdict of them. */
export function judgeSlo(slo: Slo, variants: readonly Held[]): SloResult {
  const free = variants.flatMap(({ id, metrics, measuredOnly = [] }) => {
    const found = measuredOnly.find((each) => each.slo === slo.id);
    const measured = metrics[slo.metric];
    return found === undefined
      ? []
      : [
          {
            variant: id,
            sampleCount: measured?.sampleCount ?? 0,
            why: found.why,
            ...(measured === undefined ? {} : { observed: measured.value }),
          },
        ];
  });
  const freed = new Set(free.map(({ variant }) => variant));
  const perVariant = variants.filter(({ id }) => !freed.has(id)).map(({ id, metrics }) => judgeVariant(slo, id, metrics));
  return {
    id: slo.id,
    metric: slo.metric,
    comparator: slo.comparator,
    limit: slo.limit,
    unit: metricDefinition(slo.metric).unit,
    verdict: worstOf(perVariant.map(({ verdict }) => verdict)),
    perVariant,
    ...(free.length === 0 ? {} : { measuredOnly: free }),
  };
}
