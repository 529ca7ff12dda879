import type { Collection } from '../collection.ts';
import { badRequest, RateLimitError } from '../errors.ts';
import type { Filter } from '../filter/filter.ts';
import { readFilter } from '../filter/read-filter.ts';
import type { QueryStage } from '../wire/query-request.ts';
import type { Update } from '../wire/update-request.ts';
import { leavesOf, sizeOf, unindexedKey } from './filter-limits.ts';
import { RateLimiter } from './rate-limiter.ts';
import type { StrictConfig } from './strict-config.ts';

interface Limiters {
  /** The limits that these were made for: with others they begin anew. */
  readonly config: StrictConfig;
  readonly read: RateLimiter | undefined;
  readonly write: RateLimiter | undefined;
}

const limitersOf = new WeakMap<Collection, Limiters>();

function limiters(collection: Collection, config: StrictConfig): Limiters {
  const known = limitersOf.get(collection);
  if (known?.config === config) {
    return known;
  }
  const { read_rate_limit: read, write_rate_limit: write } = config;
  const made = {
    config,
    read: read === undefined ? undefined : new RateLimiter(read),
    write: write === undefined ? undefined : new RateLimiter(write),
  };
  limitersOf.set(collection, made);
  return made;
}

/** The limits of a collection, when it has any in force. */
function enabledConfig(collection: Collection): StrictConfig | undefined {
  const { strict } = collection.config;
  return strict?.enabled === true ? strict : undefined;
}

function take(limiter: RateLimiter | undefined, cost: number, kind: 'Read' | 'Write'): void {
  const verdict = limiter?.take(cost) ?? { kind: 'allowed' };
  if (verdict.kind === 'tooLarge') {
    throw new RateLimitError(`${kind} rate limit exceeded, request larger than rate limiter capacity, please try to split your request`);
  }
  if (verdict.kind === 'refused') {
    const { tokens, retryAfterSeconds } = verdict;
    const seconds = Math.ceil(retryAfterSeconds);
    throw new RateLimitError(
      `${kind} rate limit exceeded: Operation requires ${cost} tokens but only ${tokens.toFixed(1)} were available. Retry after ${seconds}s`,
      seconds,
    );
  }
}

function requireAtMost(value: number | undefined, limit: number | undefined, name: string): void {
  if (value !== undefined && limit !== undefined && value > limit) {
    throw badRequest(`Limit exceeded ${value} > ${limit} for "${name}". Help: Reduce the "${name}" parameter to or below ${limit}.`);
  }
}

function checkFilter(collection: Collection, config: StrictConfig, filter: Filter | undefined, mayBeUnindexed: boolean): void {
  if (filter === undefined) {
    return;
  }
  const leaves = leavesOf(filter);
  const { filter_max_conditions: most, condition_max_size: largest } = config;
  if (most !== undefined && leaves.length > most) {
    throw badRequest(`Filter condition limit reached (${leaves.length} > ${most}). Help: Reduce the amount of conditions of your filter.`);
  }
  const size = Math.max(0, ...leaves.map(sizeOf));
  if (largest !== undefined && size > largest) {
    throw badRequest(`Condition size limit reached (${size} > ${largest}). Help: Reduce the size of your condition.`);
  }
  const unindexed = mayBeUnindexed ? undefined : unindexedKey(filter, (key) => collection.declaredIndexes.get(key)?.type);
  if (unindexed !== undefined) {
    throw badRequest(
      `Index required but not found for "${unindexed.key}" of one of the following types: [${unindexed.types.join(', ')}]. Help: Create an index for this key or use a different filter.`,
    );
  }
}

/** What a read asks for. */
export interface StrictRead {
  readonly filter?: Filter | undefined;
  readonly limit?: number;
  /** Seconds. */
  readonly timeout?: number | undefined;
  /** Tokens. */
  readonly cost?: number;
}

/** Holds a read against the limits of its collection. */
export function checkStrictRead(collection: Collection, { filter, limit, timeout, cost = 1 }: StrictRead): void {
  const config = enabledConfig(collection);
  if (config === undefined) {
    return;
  }
  requireAtMost(limit, config.max_query_limit, 'limit');
  requireAtMost(timeout, config.max_timeout, 'timeout');
  checkFilter(collection, config, filter, config.unindexed_filtering_retrieve !== false);
  take(limiters(collection, config).read, cost, 'Read');
}

function checkStage(collection: Collection, config: StrictConfig, stage: QueryStage): void {
  requireAtMost(stage.limit, config.max_query_limit, 'limit');
  if (stage.params.exact && config.search_allow_exact === false) {
    throw badRequest('Exact search disabled!. Help: Set exact=false.');
  }
  requireAtMost(stage.params.hnswEf, config.search_max_hnsw_ef, 'hnsw_ef');
  checkFilter(collection, config, stage.filter, config.unindexed_filtering_retrieve !== false);
  for (const prefetch of stage.prefetches) {
    checkStage(collection, config, prefetch);
  }
}

const stageCount = (stage: QueryStage): number => stage.prefetches.reduce((count, prefetch) => count + stageCount(prefetch), 1);

/** Holds a query against the limits of its collection. */
export function checkStrictQuery(collection: Collection, stage: QueryStage, timeout: number | undefined): void {
  const config = enabledConfig(collection);
  if (config !== undefined) {
    checkStage(collection, config, stage);
    checkStrictRead(collection, { timeout, cost: stageCount(stage) });
  }
}

/** Holds a write against the limits of its collection; it costs one token and one for each of its points. */
export function checkStrictUpdate(collection: Collection, update: Update): void {
  const config = enabledConfig(collection);
  if (config === undefined) {
    return;
  }
  const selectors = 'selector' in update ? [update.selector] : 'selectors' in update ? update.selectors : [];
  let points = 'points' in update ? update.points.length : 0;
  if (update.kind === 'upsert') {
    requireAtMost(points, config.upsert_max_batchsize, 'upsert limit');
  }
  for (const selector of selectors) {
    const filter = selector.kind === 'filter' ? readFilter(selector.filter, { name: 'filter', allowsEmptyField: true }) : undefined;
    checkFilter(collection, config, filter, config.unindexed_filtering_update !== false);
    points += selector.kind === 'ids' ? selector.ids.length : collection.segment.count(filter);
  }
  take(limiters(collection, config).write, 1 + points, 'Write');
}
