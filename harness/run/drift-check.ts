import type { ValidityCheck } from '../contract/result.ts';
import { type Drift, driftLimit, driftOf } from '../gates/drift.ts';
import type { JudgedStep } from './judged-step.ts';

const severity: Record<Drift['verdict'], number> = { fail: 2, pass: 1, unknown: 0 };

/**
 * A note on validity, never a reason to refuse a run: did the median search of any variant move by more than the minimum
 * effect between the first and the second half of its repetitions? Pairs protect the ratios from a drift that both
 * sides share; absolute figures are not protected. The variant that moved most stands for all; `unknown` where fewer
 * than eight repetitions admit no exact test. Empty where nothing was repeated.
 */
export function driftCheck(variants: readonly (readonly JudgedStep[])[]): ValidityCheck[] {
  const drifts = variants.flatMap((steps) => {
    const inOrder = steps.toSorted((a, b) => a.record.order - b.record.order);
    const drift = driftOf(inOrder.flatMap(({ record }) => record.searchResponseMs?.p50 ?? []));
    return drift === undefined ? [] : [drift];
  });
  const change = ({ ratio }: Drift) => Math.abs(ratio - 1);
  const worst = drifts.toSorted((a, b) => severity[b.verdict] - severity[a.verdict] || change(b) - change(a))[0];
  return worst === undefined
    ? []
    : [
        {
          id: 'drift',
          title: 'drift of the median search between the halves of the run',
          observed: change(worst),
          limit: driftLimit,
          unit: 'share',
          verdict: worst.verdict,
        },
      ];
}
