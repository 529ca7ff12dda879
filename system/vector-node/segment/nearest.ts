import type { Filter } from '../filter/filter.ts';
import { compileFilter, type Matches } from '../filter/matcher.ts';
import type { PointId } from '../points/point-id.ts';
import { type CandidatePlan, planCandidates } from './candidates.ts';
import { metrics } from './distance.ts';
import { searchGraph } from './graph-search.ts';
import { estimateCost } from './search-cost.ts';
import { type SearchParams, standardSearchParams } from './search-params.ts';
import type { SearchedRows } from './searched-rows.ts';
import { TopK } from './top-k.ts';
import type { VectorColumn } from './vector-column.ts';

export type { SearchedRows } from './searched-rows.ts';

export interface NearestRequest {
  readonly vectorName: string;
  /** Prepared by the column. */
  readonly vector: Float32Array;
  readonly limit: number;
  readonly filter: Filter | undefined;
  readonly scoreThreshold: number | undefined;
  /** A point that is not part of the answer, such as the one searched from. */
  readonly without: PointId | undefined;
  readonly params?: SearchParams | undefined;
}

export interface ScoredRow {
  readonly row: number;
  readonly score: number;
}

function* filtered(table: SearchedRows, rows: Iterable<number>, matches: Matches): Generator<number> {
  for (const row of rows) {
    if (matches(table.payloadOf(row), row)) {
      yield row;
    }
  }
}

function* indexedOf(column: VectorColumn, rows: Iterable<number>): Generator<number> {
  for (const row of rows) {
    if (column.isIndexed(row)) {
      yield row;
    }
  }
}

function planOf(table: SearchedRows, filter: Filter): CandidatePlan {
  return planCandidates(filter, table, (id) => table.rowOf(id));
}

function rowsOf(table: SearchedRows, { rows, rest }: CandidatePlan): Iterable<number> {
  const candidates = rows ?? table.liveRows();
  return rest === undefined ? candidates : filtered(table, candidates, compileFilter(rest, table));
}

/** All rows that a filter lets through: the candidates of an index or all, and each asked what is left of the filter. */
export function rowsWhere(table: SearchedRows, filter: Filter): Iterable<number> {
  return rowsOf(table, planOf(table, filter));
}

/** The `wanted` best rows of those that pass the filter. */
function bestRows(table: SearchedRows, column: VectorColumn, request: NearestRequest, wanted: number): TopK {
  const { vector, filter, params = standardSearchParams } = request;
  const plan = filter === undefined ? undefined : planOf(table, filter);
  const matches = filter === undefined ? undefined : compileFilter(filter, table);
  const best = new TopK(wanted);
  const leavesPendingOut = params.indexedOnly && column.isIndexingDue;
  const isApproximate = !params.exact && column.serving !== undefined && !column.isScannedWhole;
  if (isApproximate && searchGraph({ table, column, vector, wanted, matches, params }, estimateCost(table, column, plan), best)) {
    if (leavesPendingOut || column.indexedCount === column.count) {
      return best;
    }
    if (matches === undefined) {
      column.scanUnindexed(vector, table.rowCount, best);
    } else {
      column.scanRows(vector, filtered(table, column.unindexedRows(), matches), best);
    }
    return best;
  }
  if (leavesPendingOut) {
    column.scanRows(vector, indexedOf(column, plan === undefined ? table.liveRows() : rowsOf(table, plan)), best);
  } else if (plan === undefined) {
    column.scanAll(vector, table.rowCount, best);
  } else {
    column.scanRows(vector, rowsOf(table, plan), best);
  }
  return best;
}

/**
 * The nearest points, best first. With an HNSW index its candidates are compared by their full vectors and merged with a scan of
 * the rows that it does not have; without one, with `exact`, or where it costs less, every candidate is compared.
 */
export function nearest(table: SearchedRows, request: NearestRequest): ScoredRow[] {
  const { vectorName, limit, scoreThreshold, without } = request;
  const column = table.columns.get(vectorName);
  if (column === undefined) {
    throw new RangeError(`no vector named "${vectorName}"`);
  }
  const excluded = without === undefined ? undefined : table.rowOf(without);
  const wanted = Math.min(limit + (excluded === undefined ? 0 : 1), Math.max(1, column.count));
  const { score, isBeyond } = metrics[column.distance];
  return bestRows(table, column, request, wanted)
    .sorted()
    .filter(({ row }) => row !== excluded)
    .slice(0, limit)
    .map(({ row, value }) => ({ row, score: score(value) }))
    .filter((found) => scoreThreshold === undefined || isBeyond(found.score, scoreThreshold));
}
