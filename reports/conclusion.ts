import type { Comparison, Result } from '../harness/contract/result.ts';
import { detectable, pairsNeededAt95 } from './answer.ts';
import { decides } from './findings.ts';
import type { Strings } from './strings.ts';

/** The words of one comparison: what may and what may not be concluded. */
export function conclusion(result: Result, comparison: Comparison, s: Strings): string {
  if (!decides(result)) {
    return s.ratios.notDrawn;
  }
  switch (comparison.verdict) {
    case 'higher':
    case 'lower':
      return s.ratios.verdict[comparison.verdict];
    case 'no-difference-seen':
      return s.ratios.noDifference(detectable(comparison.detectableEffect));
    case 'undecided':
      return comparison.interval === undefined && comparison.pairs < pairsNeededAt95
        ? s.ratios.tooFewPairs(comparison.pairs, pairsNeededAt95)
        : s.ratios.undecided;
  }
}
