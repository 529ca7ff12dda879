import type { Result } from '../../harness/contract/result.ts';
import { drawnVariants } from '../findings.ts';
import { policyLooks } from '../scaling/looks.ts';
import { type Series, seriesAt } from './looks.ts';

/** A variant that only the tables and the rows with its name show. */
const undrawn: Series = { colour: 'var(--ink3)', wordColour: 'var(--ink2)', wordClass: 's5t', dash: [], shape: 'circle', minor: true };

/**
 * The look of a variant, which it keeps on every chart: those that are drawn take the looks in the order of the plan. A simulated
 * one has that of its rule, under whichever load.
 */
export function seriesOf(result: Pick<Result, 'variants' | 'baseline' | 'slos' | 'comparisons'>, id: string): Series {
  const ofRule = policyLooks(result).get(id);
  if (ofRule !== undefined) {
    return ofRule;
  }
  const place = drawnVariants(result).findIndex((variant) => variant.id === id);
  return place === -1 ? undrawn : seriesAt(place);
}
