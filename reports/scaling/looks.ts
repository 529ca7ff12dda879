import { limitDash } from '../charts/layers.ts';
import { hues, type Series, seriesAt } from '../charts/looks.ts';
import { type BoundKind, boundOf, type Compared, loadGroups, policiesOf } from './groups.ts';
import { bestRules } from './verdicts.ts';

const boundLooks: Record<BoundKind, Series> = {
  'static-at-peak': { colour: 'var(--ink2)', wordColour: 'var(--ink2)', wordClass: 's5t', dash: limitDash, shape: 'square' },
  clairvoyant: { colour: 'var(--ink2)', wordColour: 'var(--ink2)', wordClass: 's5t', dash: [6, 3], shape: 'diamond' },
};

/**
 * The look of every policy by id: a rule keeps its own under every load, and so do the bounds. There are fewer hues than rules, so
 * that those which no other undercuts take them first, load by load, and then the others as planned.
 */
export function policyLooks(result: Compared): ReadonlyMap<string, Series> {
  const all = policiesOf(result);
  const planned = all.filter((each) => boundOf(each) === undefined);
  const best = new Set(planned.map(({ name }) => name)).size > hues ? loadGroups(result).flatMap(bestRules) : [];
  const rules = [...new Set([...best, ...planned].map(({ name }) => name))];
  return new Map(
    all.map((each) => {
      const bound = boundOf(each);
      return [each.id, bound === undefined ? seriesAt(rules.indexOf(each.name)) : boundLooks[bound]];
    }),
  );
}
