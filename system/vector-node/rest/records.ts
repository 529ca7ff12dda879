import { unknownVectorName } from '../errors.ts';
import { writeJson } from '../json/write.ts';
import { type PayloadSelection, selectedPayloadJson } from '../points/payload-selection.ts';
import { pointIdJson } from '../points/point-id.ts';
import type { FlatSegment } from '../segment/flat-segment.ts';
import type { ScoredRow } from '../segment/nearest.ts';
import type { VectorSelection } from '../wire/query-request.ts';

/** The parts of a stored point that an answer has. */
export interface Selection {
  readonly payload: PayloadSelection;
  readonly vectors: VectorSelection;
}

/** Refuses vectors that the collection does not have. */
export function checkVectorSelection(segment: FlatSegment, vectors: VectorSelection): void {
  const unknown = typeof vectors === 'boolean' ? undefined : vectors.find((name) => !segment.columns.has(name));
  if (unknown !== undefined) {
    throw unknownVectorName(unknown);
  }
}

/** A collection's only unnamed vector is a list; everything else is a map by name. */
function vectorsJson(segment: FlatSegment, row: number, vectors: VectorSelection): string {
  const wanted = [...segment.columns].filter(
    ([name, column]) => column.has(row) && (vectors === true || (vectors !== false && vectors.includes(name))),
  );
  const [first] = wanted;
  if (wanted.length === 1 && first?.[0] === '') {
    return writeJson(Array.from(first[1].get(row)));
  }
  return writeJson(Object.fromEntries(wanted.map(([name, column]) => [name, Array.from(column.get(row))])));
}

function selectedMembers(segment: FlatSegment, row: number, { payload, vectors }: Selection): string {
  const payloadJson = selectedPayloadJson(payload, segment.payloadOf(row), () => segment.payloadJsonOf(row));
  const payloadMember = payloadJson === undefined ? '' : `,"payload":${payloadJson}`;
  return vectors === false ? payloadMember : `${payloadMember},"vector":${vectorsJson(segment, row, vectors)}`;
}

/** A stored point as JSON text. */
export function recordJson(segment: FlatSegment, row: number, selection: Selection): string {
  return `{"id":${pointIdJson(segment.idOf(row))}${selectedMembers(segment, row, selection)}}`;
}

/** A search hit as JSON text. Scores that are no number, of infinite vectors, are null. */
export function hitJson(segment: FlatSegment, { row, score }: ScoredRow, version: number, selection: Selection): string {
  const scoreJson = Number.isFinite(score) ? score : null;
  return `{"id":${pointIdJson(segment.idOf(row))},"version":${version},"score":${scoreJson}${selectedMembers(segment, row, selection)}}`;
}
