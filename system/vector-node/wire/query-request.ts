import { FormatError, invalidBody, notImplemented, wrongInput } from '../errors.ts';
import type { Filter } from '../filter/filter.ts';
import { readFilter } from '../filter/read-filter.ts';
import { isObject, type Payload } from '../points/payload-path.ts';
import { noPayload, type PayloadSelection, readPayloadSelection, wholePayload } from '../points/payload-selection.ts';
import { type PointId, readPointId } from '../points/point-id.ts';
import { type SearchParams, standardSearchParams } from '../segment/search-params.ts';
import { expectBoolean, expectFloat, expectObject, expectString, expectUnsigned, optional } from './expect.ts';
import { readFloats } from './points-request.ts';

/** Which vectors an answer has: none, all, or those named. */
export type VectorSelection = boolean | readonly string[];

/** What to search from: a vector, or the vector of a stored point, which is then not part of the answer. */
export type Target = { readonly kind: 'vector'; readonly vector: Float32Array } | { readonly kind: 'point'; readonly id: PointId };

export interface QueryRequest {
  /** Without a target the points come in the order of their ids. */
  readonly target: Target | undefined;
  readonly vectorName: string;
  readonly filter: Filter | undefined;
  readonly limit: number;
  readonly offset: number;
  readonly scoreThreshold: number | undefined;
  readonly params: SearchParams;
  readonly payload: PayloadSelection;
  readonly vectors: VectorSelection;
}

const queryExpected = 'Expected some form of vector, id, or a type of query';
const unservedQueries = ['recommend', 'discover', 'context', 'order_by', 'fusion', 'rrf', 'sample', 'formula', 'relevance_feedback'];
const unservedMembers = ['lookup_from', 'shard_key', 'mmr'];

const isGiven = (value: unknown) => value !== undefined && value !== null;

function refuseMembers(request: Payload, members: readonly string[], call: string): void {
  for (const member of members) {
    if (isGiven(request[member])) {
      throw notImplemented(`${member} in ${call}`);
    }
  }
}

function readVectorSelection(value: unknown): VectorSelection {
  if (!isGiven(value)) {
    return false;
  }
  if (typeof value === 'boolean') {
    return value;
  }
  if (Array.isArray(value) && value.every((name): name is string => typeof name === 'string')) {
    return value;
  }
  throw new FormatError('data did not match any variant of untagged enum WithVector');
}

/** The selection of vectors, by either of its names. */
function vectorsOf(request: Payload): VectorSelection {
  return readVectorSelection(request.with_vector ?? request.with_vectors);
}

function readTarget(query: unknown): Target | undefined {
  if (!isGiven(query)) {
    return undefined;
  }
  const vector = readFloats(query);
  if (vector !== undefined) {
    return { kind: 'vector', vector };
  }
  if (Array.isArray(query) && query.every((row) => readFloats(row) !== undefined)) {
    throw wrongInput('Conversion between multi and regular vectors failed');
  }
  if (isObject(query)) {
    if ('nearest' in query && isGiven(query.nearest)) {
      refuseMembers(query, ['mmr'], 'a query');
      return readTarget(query.nearest);
    }
    const unserved = unservedQueries.find((kind) => kind in query);
    if (unserved !== undefined) {
      throw notImplemented(`queries of kind ${unserved}`);
    }
    if ('indices' in query && 'values' in query) {
      throw notImplemented('sparse vectors');
    }
    if ('text' in query || 'image' in query) {
      throw notImplemented('inference (queries made from documents)');
    }
    throw new FormatError(queryExpected);
  }
  try {
    return { kind: 'point', id: readPointId(query) };
  } catch {
    throw new FormatError(queryExpected);
  }
}

function readSearchParams(value: unknown, name: string): SearchParams {
  const params = optional(value, (given) => expectObject(given, 'struct SearchParams')) ?? {};
  const quantization = optional(params.quantization, (given) => expectObject(given, 'struct QuantizationSearchParams')) ?? {};
  const oversampling = optional(quantization.oversampling, (given) => expectFloat(given, 'f64'));
  if (oversampling !== undefined && oversampling < 1) {
    throw invalidBody(`${name}.params.quantization.oversampling: value ${oversampling} invalid, must be 1.0 or larger`);
  }
  const standard = standardSearchParams;
  return {
    hnswEf: optional(params.hnsw_ef, (given) => expectUnsigned(given)),
    exact: optional(params.exact, (given) => expectBoolean(given)) ?? standard.exact,
    indexedOnly: optional(params.indexed_only, (given) => expectBoolean(given)) ?? standard.indexedOnly,
    quantization: {
      ignore: optional(quantization.ignore, (given) => expectBoolean(given)) ?? standard.quantization.ignore,
      rescore: optional(quantization.rescore, (given) => expectBoolean(given)) ?? standard.quantization.rescore,
      oversampling: oversampling ?? standard.quantization.oversampling,
    },
  };
}

function readLimit(value: unknown, name: string): number {
  const limit = expectUnsigned(value);
  if (limit < 1) {
    throw invalidBody(`${name}: value 0 invalid, must be 1 or larger`);
  }
  return limit;
}

function readCommon(request: Payload, name: string): Omit<QueryRequest, 'target' | 'vectorName' | 'limit'> {
  return {
    params: readSearchParams(request.params, name),
    filter: readFilter(request.filter, { name: `${name}.filter`, allowsEmptyField: false }),
    offset: optional(request.offset, (given) => expectUnsigned(given)) ?? 0,
    scoreThreshold: optional(request.score_threshold, (given) => expectFloat(given)),
    payload: readPayloadSelection(request.with_payload, noPayload),
    vectors: vectorsOf(request),
  };
}

/** Reads the body of `points/query`. */
export function readQuery(body: unknown, name = 'internal'): QueryRequest {
  const request = expectObject(body, 'struct QueryRequest');
  const prefetch = request.prefetch;
  if (isGiven(prefetch) && !(Array.isArray(prefetch) && prefetch.length === 0)) {
    throw notImplemented('prefetch in a query');
  }
  refuseMembers(request, unservedMembers, 'a query');
  return {
    ...readCommon(request, name),
    target: readTarget(request.query),
    vectorName: optional(request.using, (given) => expectString(given)) ?? '',
    limit: optional(request.limit, (given) => readLimit(given, `${name}.limit`)) ?? 10,
  };
}

/** Reads the body of `points/search`, the older form of a query. */
export function readSearch(body: unknown): QueryRequest {
  const name = 'search_request';
  const request = expectObject(body, 'struct SearchRequest');
  refuseMembers(request, unservedMembers, 'a search');
  if (!isGiven(request.vector)) {
    throw new FormatError('missing field `vector`');
  }
  const limit = request.limit ?? request.top;
  if (!isGiven(limit)) {
    throw new FormatError('missing field `limit`');
  }
  const named = isObject(request.vector) ? request.vector : undefined;
  if (isObject(named?.vector)) {
    throw notImplemented('sparse vectors');
  }
  const vector = readFloats(named === undefined ? request.vector : named.vector);
  if (vector === undefined) {
    throw new FormatError('data did not match any variant of untagged enum NamedVectorStruct');
  }
  return {
    ...readCommon(request, name),
    target: { kind: 'vector', vector },
    vectorName: named === undefined ? '' : expectString(named.name),
    limit: readLimit(limit, `${name}.limit`),
  };
}

export interface ScrollRequest {
  readonly filter: Filter | undefined;
  readonly limit: number;
  readonly from: PointId | undefined;
  readonly payload: PayloadSelection;
  readonly vectors: VectorSelection;
}

/** Reads the body of `points/scroll`. */
export function readScroll(body: unknown): ScrollRequest {
  const request = expectObject(body, 'struct ScrollRequest');
  refuseMembers(request, ['order_by', 'shard_key'], 'a scroll');
  return {
    filter: readFilter(request.filter, { name: 'scroll_request.filter', allowsEmptyField: false }),
    limit: optional(request.limit, (given) => readLimit(given, 'scroll_request.limit')) ?? 10,
    from: optional(request.offset, readPointId),
    payload: readPayloadSelection(request.with_payload, wholePayload),
    vectors: vectorsOf(request),
  };
}

/** Reads the body of `points/count`; counts are always exact here. */
export function readCount(body: unknown): Filter | undefined {
  const request = expectObject(body, 'struct CountRequest');
  refuseMembers(request, ['shard_key'], 'a count');
  optional(request.exact, (given) => expectBoolean(given));
  return readFilter(request.filter, { name: 'count_request.filter', allowsEmptyField: false });
}

export interface RetrieveRequest {
  readonly ids: readonly PointId[];
  readonly payload: PayloadSelection;
  readonly vectors: VectorSelection;
}

/** Reads the body of `POST points`: each id once, in the order of their first mention. */
export function readRetrieve(body: unknown): RetrieveRequest {
  const request = expectObject(body, 'struct PointRequest');
  refuseMembers(request, ['shard_key'], 'a retrieval');
  if (!Array.isArray(request.ids)) {
    throw new FormatError('missing field `ids`');
  }
  return {
    ids: [...new Set(request.ids.map(readPointId))],
    payload: readPayloadSelection(request.with_payload, noPayload),
    vectors: vectorsOf(request),
  };
}

/** What a deletion is about. */
export type PointsSelector =
  | { readonly kind: 'ids'; readonly ids: readonly PointId[] }
  | { readonly kind: 'filter'; readonly filter: Payload };

/** Reads the body of `points/delete`. The engine tries the forms one after the other and names none of their errors. */
export function readPointsSelector(body: unknown): PointsSelector {
  const request = isObject(body) ? body : {};
  refuseMembers(request, ['shard_key'], 'a deletion');
  try {
    if (Array.isArray(request.points)) {
      return { kind: 'ids', ids: request.points.map(readPointId) };
    }
    if (isObject(request.filter)) {
      readFilter(request.filter, { name: 'filter', allowsEmptyField: true });
      return { kind: 'filter', filter: request.filter };
    }
  } catch (error) {
    if (!(error instanceof FormatError)) {
      throw error;
    }
  }
  throw new FormatError('data did not match any variant of untagged enum PointsSelector');
}
