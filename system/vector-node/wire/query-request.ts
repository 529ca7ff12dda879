import { FormatError, invalidBody } from '../errors.ts';
import type { Filter } from '../filter/filter.ts';
import { readFilter } from '../filter/read-filter.ts';
import { isObject, type Payload, type PayloadPath, parsePath } from '../points/payload-path.ts';
import { noPayload } from '../points/payload-selection.ts';
import type { SearchParams } from '../segment/search-params.ts';
import { expectFloat, expectObject, expectString, expectUnsigned, optional } from './expect.ts';
import { type Query, readQueryKind, readRecommend, readVectorInput } from './query-kind.ts';
import { readSearchParams } from './search-params.ts';
import { isGiven, readSelection, readShardKey, refuseMembers, type Selection } from './selection.ts';

/** Where the vectors of points that a query names come from, when not from the collection itself. */
export interface Lookup {
  readonly collection: string;
  readonly vectorName: string | undefined;
}

/** One stage of a query: its prefetches choose the candidates among which it ranks. */
export interface QueryStage {
  readonly prefetches: readonly QueryStage[];
  /** Without one the points come in the order of their ids. */
  readonly query: Query | undefined;
  readonly vectorName: string;
  readonly filter: Filter | undefined;
  readonly limit: number;
  readonly scoreThreshold: number | undefined;
  readonly params: SearchParams;
  readonly lookup: Lookup | undefined;
}

export interface QueryRequest extends QueryStage, Selection {
  readonly offset: number;
  /** JSON text of a shard key. */
  readonly shardKey: string | undefined;
}

/** A query whose hits are put together by a value of their payload. */
export interface GroupsRequest {
  readonly query: QueryRequest;
  readonly groupBy: PayloadPath;
  readonly groupSize: number;
  readonly groupLimit: number;
}

const standardLimit = 10;
const standardGroupSize = 3;
/** Levels of prefetches within prefetches. */
const deepestPrefetch = 16;

export function readLimit(value: unknown, name: string): number {
  const limit = expectUnsigned(value);
  if (limit < 1) {
    throw invalidBody(`${name}: value 0 invalid, must be 1 or larger`);
  }
  return limit;
}

function readLookup(value: unknown): Lookup | undefined {
  if (!isGiven(value)) {
    return undefined;
  }
  const { collection, vector, shard_key } = expectObject(value, 'struct LookupLocation');
  refuseMembers({ shard_key }, ['shard_key'], 'lookup_from');
  return { collection: expectString(collection), vectorName: optional(vector, (name) => expectString(name)) };
}

function readPrefetches(value: unknown, name: string, depth: number): QueryStage[] {
  if (!isGiven(value)) {
    return [];
  }
  if (depth > deepestPrefetch) {
    throw invalidBody(`${name}: prefetches are nested deeper than ${deepestPrefetch}`);
  }
  return (Array.isArray(value) ? value : [value]).map((prefetch, index) => {
    const stageName = `${name}.prefetch[${index}]`;
    const request = expectObject(prefetch, 'struct Prefetch');
    return readStage(request, stageName, readQueryKind(request.query, `${stageName}.query`), depth + 1);
  });
}

function readStage(request: Payload, name: string, query: Query | undefined, depth: number): QueryStage {
  return {
    prefetches: readPrefetches(request.prefetch, name, depth),
    query,
    vectorName: optional(request.using, (given) => expectString(given)) ?? '',
    filter: readFilter(request.filter, { name: `${name}.filter`, allowsEmptyField: false }),
    limit: optional(request.limit, (given) => readLimit(given, `${name}.limit`)) ?? standardLimit,
    scoreThreshold: optional(request.score_threshold, (given) => expectFloat(given)),
    params: readSearchParams(request.params, name),
    lookup: readLookup(request.lookup_from),
  };
}

function readWhole(request: Payload, name: string, query: Query | undefined): QueryRequest {
  return {
    ...readStage(request, name, query, 0),
    ...readSelection(request, noPayload),
    offset: optional(request.offset, (given) => expectUnsigned(given)) ?? 0,
    shardKey: readShardKey(request),
  };
}

/** Reads the body of `points/query`. */
export function readQuery(body: unknown, name = 'internal'): QueryRequest {
  const request = expectObject(body, 'struct QueryRequest');
  return readWhole(request, name, readQueryKind(request.query, `${name}.query`));
}

/** Reads the body of `points/search`, the older form of a query. */
export function readSearch(body: unknown, name = 'search_request'): QueryRequest {
  const request = expectObject(body, 'struct SearchRequest');
  if (!isGiven(request.vector)) {
    throw new FormatError('missing field `vector`');
  }
  const limit = request.limit ?? request.top;
  if (!isGiven(limit)) {
    throw new FormatError('missing field `limit`');
  }
  const named = isObject(request.vector) ? request.vector : undefined;
  const target = readVectorInput(named === undefined ? request.vector : named.vector, `${name}.vector`);
  if (target === undefined || target.kind === 'point' || target.kind === 'multi') {
    throw new FormatError('data did not match any variant of untagged enum NamedVectorStruct');
  }
  const using = named === undefined ? undefined : expectString(named.name);
  const { prefetch: _none, ...others } = request;
  return readWhole({ ...others, using, limit }, name, { kind: 'nearest', target, mmr: undefined });
}

/** Reads the body of `points/recommend`, the older form of a recommendation. */
export function readRecommendation(body: unknown, name = 'recommend_request'): QueryRequest {
  const request = expectObject(body, 'struct RecommendRequest');
  const limit = request.limit ?? request.top;
  if (!isGiven(limit)) {
    throw new FormatError('missing field `limit`');
  }
  const { using } = request;
  const vectorName = isObject(using) ? using.name : using;
  const { prefetch: _none, ...others } = request;
  return readWhole({ ...others, using: vectorName, limit }, name, readRecommend(request, name));
}

/** Reads a list of searches with the reader of one. */
export function readSearches(
  body: unknown,
  structure: string,
  readOne: (body: unknown, name: string) => QueryRequest,
  inner: string,
): QueryRequest[] {
  const { searches } = expectObject(body, `struct ${structure}`);
  if (!isGiven(searches)) {
    throw new FormatError('missing field `searches`');
  }
  if (!Array.isArray(searches)) {
    throw new FormatError('invalid type: expected a sequence');
  }
  return searches.map((search, index) => readOne(search, `searches[${index}].${inner}`));
}

/** Reads a grouped query; `readOne` reads the query itself. The limit of such a request counts groups. */
export function readGroups(body: unknown, readOne: (body: unknown, name: string) => QueryRequest): GroupsRequest {
  const name = 'search_group_request';
  const request = expectObject(body, 'struct QueryGroupsRequest');
  if (!isGiven(request.group_by)) {
    throw new FormatError('missing field `group_by`');
  }
  refuseMembers(request, ['with_lookup'], 'a grouped query');
  const groupSize = optional(request.group_size, (given) => readLimit(given, `${name}.group_request.group_size`)) ?? standardGroupSize;
  const groupLimit = optional(request.limit, (given) => readLimit(given, `${name}.group_request.limit`)) ?? standardLimit;
  return {
    query: readOne({ ...request, limit: groupLimit }, name),
    groupBy: parsePath(expectString(request.group_by)),
    groupSize,
    groupLimit,
  };
}
