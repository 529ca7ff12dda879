import { unknownVectorName } from '../errors.ts';
import { shortFloat } from '../json/short-float.ts';
import { writeJson } from '../json/write.ts';
import { selectedPayloadJson } from '../points/payload-selection.ts';
import { pointIdJson } from '../points/point-id.ts';
import type { Hit } from '../query/hit.ts';
import type { FlatSegment } from '../segment/flat-segment.ts';
import type { Selection, VectorSelection } from '../wire/selection.ts';

/** Refuses vectors that the collection does not have. */
export function checkVectorSelection(segment: FlatSegment, vectors: VectorSelection): void {
  const unknown =
    typeof vectors === 'boolean' ? undefined : vectors.find((name) => !segment.columns.has(name) && !segment.sparseColumns.has(name));
  if (unknown !== undefined) {
    throw unknownVectorName(unknown);
  }
}

const floatsOf = (vector: Float32Array) => Array.from(vector, shortFloat);

/** A collection's only unnamed vector is a list; everything else is a map by name. */
function vectorsJson(segment: FlatSegment, row: number, vectors: VectorSelection): string {
  const isWanted = (name: string) => vectors === true || (vectors !== false && vectors.includes(name));
  const dense = [...segment.columns].filter(([name, column]) => column.has(row) && isWanted(name));
  const sparse = [...segment.sparseVectorsOf(row)].filter(([name]) => isWanted(name));
  const [first] = dense;
  if (dense.length === 1 && sparse.length === 0 && first?.[0] === '') {
    return writeJson(floatsOf(first[1].get(row)));
  }
  return writeJson(
    Object.fromEntries([
      ...dense.map(([name, column]) => [name, floatsOf(column.get(row))] as const),
      ...sparse.map(([name, { indices, values }]) => [name, { indices: Array.from(indices), values: floatsOf(values) }] as const),
    ]),
  );
}

function selectedMembers(segment: FlatSegment, row: number, { payload, vectors }: Selection, orderValue: Hit['orderValue']): string {
  const payloadJson = selectedPayloadJson(payload, segment.payloadOf(row), () => segment.payloadJsonOf(row));
  const payloadMember = payloadJson === undefined ? '' : `,"payload":${payloadJson}`;
  const vectorMember = vectors === false ? '' : `,"vector":${vectorsJson(segment, row, vectors)}`;
  return `${payloadMember}${vectorMember}${orderValue === undefined ? '' : `,"order_value":${orderValue}`}`;
}

/** A stored point as JSON text, with the value that it is ordered by where there is one. */
export function recordJson(segment: FlatSegment, row: number, selection: Selection, orderValue?: Hit['orderValue']): string {
  return `{"id":${pointIdJson(segment.idOf(row))}${selectedMembers(segment, row, selection, orderValue)}}`;
}

/** A hit as JSON text. Scores that are no number, of infinite vectors, are null. */
export function hitJson(segment: FlatSegment, { row, score, version, orderValue }: Hit, selection: Selection): string {
  const scoreJson = Number.isFinite(score) ? shortFloat(score) : null;
  return `{"id":${pointIdJson(segment.idOf(row))},"version":${version},"score":${scoreJson}${selectedMembers(segment, row, selection, orderValue)}}`;
}
