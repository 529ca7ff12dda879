import type { Filter } from '../filter/filter.ts';
import { compileFilter, type Matches, type PointSource } from '../filter/matcher.ts';
import type { Payload } from '../points/payload-path.ts';
import type { PointId } from '../points/point-id.ts';
import { planCandidates } from './candidates.ts';
import { metrics } from './distance.ts';
import { TopK } from './top-k.ts';
import type { VectorColumn } from './vector-column.ts';

export interface NearestRequest {
  readonly vectorName: string;
  /** Prepared by the column. */
  readonly vector: Float32Array;
  readonly limit: number;
  readonly filter: Filter | undefined;
  readonly scoreThreshold: number | undefined;
  /** A point that is not part of the answer, such as the one searched from. */
  readonly without: PointId | undefined;
}

export interface ScoredRow {
  readonly row: number;
  readonly score: number;
}

/** What a search asks of the table of rows. */
export interface SearchedRows extends PointSource {
  readonly columns: ReadonlyMap<string, VectorColumn>;
  /** Rows that were ever given out, those of deleted points included. */
  readonly rowCount: number;
  rowOf(id: PointId): number | undefined;
  payloadOf(row: number): Payload;
  /** The rows of all points. */
  liveRows(): Iterable<number>;
}

function* filtered(table: SearchedRows, rows: Iterable<number>, matches: Matches): Generator<number> {
  for (const row of rows) {
    if (matches(table.payloadOf(row), row)) {
      yield row;
    }
  }
}

/** All rows that a filter lets through: the candidates of an index or all, and each asked what is left of the filter. */
export function rowsWhere(table: SearchedRows, filter: Filter): Iterable<number> {
  const { rows, rest } = planCandidates(filter, table, (id) => table.rowOf(id));
  const candidates = rows ?? table.liveRows();
  return rest === undefined ? candidates : filtered(table, candidates, compileFilter(rest, table));
}

/** The nearest points, best first. Every candidate is compared: the answer is exact. */
export function nearest(table: SearchedRows, request: NearestRequest): ScoredRow[] {
  const { vectorName, vector, limit, filter, scoreThreshold, without } = request;
  const column = table.columns.get(vectorName);
  if (column === undefined) {
    throw new RangeError(`no vector named "${vectorName}"`);
  }
  const excluded = without === undefined ? undefined : table.rowOf(without);
  const best = new TopK(Math.min(limit + (excluded === undefined ? 0 : 1), Math.max(1, column.count)));
  if (filter === undefined) {
    column.scanAll(vector, table.rowCount, best);
  } else {
    column.scanRows(vector, rowsWhere(table, filter), best);
  }
  const { score, isBeyond } = metrics[column.distance];
  return best
    .sorted()
    .filter(({ row }) => row !== excluded)
    .slice(0, limit)
    .map(({ row, value }) => ({ row, score: score(value) }))
    .filter((found) => scoreThreshold === undefined || isBeyond(found.score, scoreThreshold));
}
