import type { Condition, Filter } from '../filter/filter.ts';
import { indexedSets, type PointSource } from '../filter/matcher.ts';
import type { PointId } from '../points/point-id.ts';

/** Rows to look at (undefined: all) and the part of the filter that they are still to be asked (undefined: none). */
export interface CandidatePlan {
  readonly rows: ReadonlySet<number> | undefined;
  readonly rest: Filter | undefined;
}

function rowsOfCondition(
  condition: Condition,
  source: PointSource,
  rowOf: (id: PointId) => number | undefined,
): readonly ReadonlySet<number>[] | undefined {
  if (condition.kind === 'hasId') {
    const rows = [...condition.ids].map(rowOf).filter((row) => row !== undefined);
    return [new Set(rows)];
  }
  const [test, ...others] = condition.kind === 'field' ? condition.tests : [];
  if (condition.kind !== 'field' || test?.kind !== 'matchAny' || others.length > 0) {
    return undefined;
  }
  return indexedSets(test.values, condition.path, source);
}

const sizeOf = (sets: readonly ReadonlySet<number>[]) => sets.reduce((size, rows) => size + rows.size, 0);

function union(sets: readonly ReadonlySet<number>[]): ReadonlySet<number> {
  const [first] = sets;
  return sets.length === 1 && first !== undefined ? first : new Set(sets.flatMap((rows) => [...rows]));
}

/** Takes the `must` condition with the fewest rows in an index as the driver; that one need not be asked again. */
export function planCandidates(filter: Filter, source: PointSource, rowOf: (id: PointId) => number | undefined): CandidatePlan {
  let driver: { condition: Condition; sets: readonly ReadonlySet<number>[]; size: number } | undefined;
  for (const condition of filter.must) {
    const sets = rowsOfCondition(condition, source, rowOf);
    const size = sets === undefined ? Number.POSITIVE_INFINITY : sizeOf(sets);
    if (sets !== undefined && (driver === undefined || size < driver.size)) {
      driver = { condition, sets, size };
    }
  }
  if (driver === undefined) {
    return { rows: undefined, rest: filter };
  }
  const rest = { ...filter, must: filter.must.filter((condition) => condition !== driver.condition) };
  const isAsked = rest.must.length + rest.should.length + rest.mustNot.length > 0 || rest.minShould !== undefined;
  return { rows: union(driver.sets), rest: isAsked ? rest : undefined };
}
