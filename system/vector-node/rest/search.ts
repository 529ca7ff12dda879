import type { Collection } from '../collection.ts';
import { notFound, unknownVectorName, vectorDimensionError } from '../errors.ts';
import { pointIdJson } from '../points/point-id.ts';
import type { FlatSegment } from '../segment/flat-segment.ts';
import type { VectorColumn } from '../segment/vector-column.ts';
import type { QueryRequest, Target } from '../wire/query-request.ts';
import { checkVectorSelection, hitJson } from './records.ts';

function columnOf(segment: FlatSegment, vectorName: string): VectorColumn {
  const column = segment.columns.get(vectorName);
  if (column === undefined) {
    throw unknownVectorName(vectorName);
  }
  return column;
}

/** The vector to search from, in the form in which the column stores its own. */
function queryVector(segment: FlatSegment, column: VectorColumn, target: Target): Float32Array {
  if (target.kind === 'vector') {
    return target.vector;
  }
  const row = segment.rowOf(target.id);
  if (row === undefined || !column.has(row)) {
    throw notFound(`No point with id ${pointIdJson(target.id).replaceAll('"', '')} found`);
  }
  return column.get(row).slice();
}

/** Answers a query: hits as JSON texts, best first; without a target, points in the order of their ids with score 1. */
export function searchHits({ segment }: Collection, request: QueryRequest): string[] {
  checkVectorSelection(segment, request.vectors);
  const { target, vectorName, filter, limit, offset, scoreThreshold, params } = request;
  if (target === undefined) {
    const rows = segment.scroll(filter, undefined, offset + limit).slice(offset);
    return rows.map((row) => hitJson(segment, { row, score: 1 }, 0, request));
  }
  const column = columnOf(segment, vectorName);
  const vector = queryVector(segment, column, target);
  if (vector.length !== column.size) {
    throw vectorDimensionError(column.size, vector.length, vectorName);
  }
  const without = target.kind === 'point' ? target.id : undefined;
  const hits = segment.nearest({
    vectorName,
    vector: column.prepared(vector),
    limit: offset + limit,
    filter,
    scoreThreshold,
    without,
    params,
  });
  return hits.slice(offset).map((hit) => hitJson(segment, hit, segment.versionOf(hit.row), request));
}
