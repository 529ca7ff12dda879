import { FormatError, wrongInput } from '../errors.ts';
import type { Filter } from '../filter/filter.ts';
import { readFilter } from '../filter/read-filter.ts';
import { type PayloadPath, parsePath } from '../points/payload-path.ts';
import { noPayload, wholePayload } from '../points/payload-selection.ts';
import { type PointId, readPointId } from '../points/point-id.ts';
import { expectBoolean, expectObject, expectString, optional } from './expect.ts';
import { type OrderBy, readOrderBy } from './order-by.ts';
import { readLimit } from './query-request.ts';
import { readSelection, readShardKey, type Selection } from './selection.ts';

/** A read of points that are not ranked. */
interface PlainRead {
  readonly shardKey: string | undefined;
}

export interface ScrollRequest extends PlainRead, Selection {
  readonly filter: Filter | undefined;
  readonly limit: number;
  readonly from: PointId | undefined;
  readonly order: OrderBy | undefined;
}

const standardLimit = 10;

/** Reads the body of `points/scroll`. */
export function readScroll(body: unknown): ScrollRequest {
  const request = expectObject(body, 'struct ScrollRequest');
  const order = optional(request.order_by, readOrderBy);
  const from = optional(request.offset, readPointId);
  const scroll = {
    filter: readFilter(request.filter, { name: 'scroll_request.filter', allowsEmptyField: false }),
    limit: optional(request.limit, (given) => readLimit(given, 'scroll_request.limit')) ?? standardLimit,
    from,
    order,
    ...readSelection(request, wholePayload),
    shardKey: readShardKey(request),
  };
  if (order !== undefined && from !== undefined) {
    throw wrongInput(
      "Cannot use an `offset` when using `order_by`. The alternative for paging is to use `order_by.start_from` and a filter to exclude the IDs that you've already seen for the `order_by.start_from` value",
    );
  }
  return scroll;
}

export interface CountRequest extends PlainRead {
  readonly filter: Filter | undefined;
}

/** Reads the body of `points/count`; counts are always exact here. */
export function readCount(body: unknown): CountRequest {
  const request = expectObject(body, 'struct CountRequest');
  optional(request.exact, (given) => expectBoolean(given));
  return {
    filter: readFilter(request.filter, { name: 'count_request.filter', allowsEmptyField: false }),
    shardKey: readShardKey(request),
  };
}

export interface RetrieveRequest extends PlainRead, Selection {
  readonly ids: readonly PointId[];
}

/** Reads the body of `POST points`: each id once, in the order of their first mention. */
export function readRetrieve(body: unknown): RetrieveRequest {
  const request = expectObject(body, 'struct PointRequest');
  if (!Array.isArray(request.ids)) {
    throw new FormatError('missing field `ids`');
  }
  return { ids: [...new Set(request.ids.map(readPointId))], ...readSelection(request, noPayload), shardKey: readShardKey(request) };
}

export interface FacetRequest extends PlainRead {
  readonly key: PayloadPath;
  readonly filter: Filter | undefined;
  readonly limit: number;
}

/** Reads the body of `facet`; counts are always exact here. */
export function readFacet(body: unknown): FacetRequest {
  const request = expectObject(body, 'struct FacetRequest');
  if (!('key' in request)) {
    throw new FormatError('missing field `key`');
  }
  optional(request.exact, (given) => expectBoolean(given));
  return {
    key: parsePath(expectString(request.key)),
    filter: readFilter(request.filter, { name: 'facet_request.filter', allowsEmptyField: false }),
    limit: optional(request.limit, (given) => readLimit(given, 'facet_request.limit')) ?? standardLimit,
    shardKey: readShardKey(request),
  };
}
