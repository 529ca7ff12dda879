import type { PointId } from '../points/point-id.ts';
import type { Condition, Filter } from './filter.ts';

const nothing: Filter = { must: [], should: [], mustNot: [] };

/** A filter that a point passes when it passes both. Conditions stay at the top where they can, so that indexes still choose candidates. */
export function joined(left: Filter | undefined, right: Filter | undefined): Filter | undefined {
  if (left === undefined || right === undefined) {
    return left ?? right;
  }
  const alternatives = ({ should, minShould }: Filter): Condition[] =>
    should.length === 0 && minShould === undefined
      ? []
      : [{ kind: 'filter', filter: { ...nothing, should, ...(minShould === undefined ? {} : { minShould }) } }];
  return {
    must: [...left.must, ...right.must, ...alternatives(left), ...alternatives(right)],
    should: [],
    mustNot: [...left.mustNot, ...right.mustNot],
  };
}

/** Only these points. */
export function onlyIds(ids: Iterable<PointId>): Filter {
  return { ...nothing, must: [{ kind: 'hasId', ids: new Set(ids) }] };
}

/** All points but these; undefined when there are none. */
export function withoutIds(ids: readonly PointId[]): Filter | undefined {
  return ids.length === 0 ? undefined : { ...nothing, mustNot: [{ kind: 'hasId', ids: new Set(ids) }] };
}
