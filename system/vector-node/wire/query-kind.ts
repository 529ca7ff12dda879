import { FormatError, inferenceRefused, invalidBody, notImplemented } from '../errors.ts';
import { isObject, type Payload } from '../points/payload-path.ts';
import { type PointId, readPointId } from '../points/point-id.ts';
import { readSparseVector, type SparseVector } from '../sparse/sparse-vector.ts';
import { expectFloat, expectObject, expectUnsigned, optional } from './expect.ts';
import { type Formula, readFormula } from './formula.ts';
import { type OrderBy, readOrderBy } from './order-by.ts';
import { readFloats } from './points-request.ts';
import { isGiven } from './selection.ts';

/** What a query compares with: a vector, or the vector of a stored point, which is then not part of the answer. */
export type VectorInput =
  | { readonly kind: 'dense'; readonly vector: Float32Array }
  | { readonly kind: 'sparse'; readonly vector: SparseVector }
  /** A list of vectors, which no column of this node takes. */
  | { readonly kind: 'multi' }
  | { readonly kind: 'point'; readonly id: PointId };

export interface ContextPair {
  readonly positive: VectorInput;
  readonly negative: VectorInput;
}

/** Trades nearness for variety. */
export interface Diversification {
  /** 0 to 1. */
  readonly diversity: number;
  readonly candidates: number | undefined;
}

export type RecommendStrategy = 'average_vector' | 'best_score' | 'sum_scores';

export type Query =
  | { readonly kind: 'nearest'; readonly target: VectorInput; readonly mmr: Diversification | undefined }
  | { readonly kind: 'rrf'; readonly k: number; readonly weights: readonly number[] | undefined }
  | { readonly kind: 'dbsf' }
  | { readonly kind: 'orderBy'; readonly order: OrderBy }
  | { readonly kind: 'sample' }
  | {
      readonly kind: 'recommend';
      readonly positives: readonly VectorInput[];
      readonly negatives: readonly VectorInput[];
      readonly strategy: RecommendStrategy;
    }
  | { readonly kind: 'discover'; readonly target: VectorInput; readonly pairs: readonly ContextPair[] }
  | { readonly kind: 'context'; readonly pairs: readonly ContextPair[] }
  | { readonly kind: 'formula'; readonly formula: Formula };

const standardRrfK = 2;
const standardDiversity = 0.5;
const strategies: readonly RecommendStrategy[] = ['average_vector', 'best_score', 'sum_scores'];
const unservedKinds = ['relevance_feedback'];

const queryExpected = () => new FormatError('Expected some form of vector, id, or a type of query');

/** Reads a vector or an id; `name` is that of the value in validation errors. Undefined when it is neither. */
export function readVectorInput(value: unknown, name: string): VectorInput | undefined {
  const vector = readFloats(value);
  if (vector !== undefined) {
    return { kind: 'dense', vector };
  }
  if (Array.isArray(value)) {
    return value.every((row) => readFloats(row) !== undefined) ? { kind: 'multi' } : undefined;
  }
  if (isObject(value)) {
    const sparse = readSparseVector(value, name);
    if (sparse !== undefined) {
      return { kind: 'sparse', vector: sparse };
    }
    if ('model' in value && ['text', 'image', 'object'].some((kind) => kind in value)) {
      throw inferenceRefused(value.model);
    }
    return undefined;
  }
  try {
    return { kind: 'point', id: readPointId(value) };
  } catch {
    return undefined;
  }
}

function requiredInput(value: unknown, name: string): VectorInput {
  const input = readVectorInput(value, name);
  if (input === undefined) {
    throw queryExpected();
  }
  return input;
}

const inputs = (value: unknown, name: string): VectorInput[] =>
  (!isGiven(value) ? [] : Array.isArray(value) ? value : [value]).map((item) => requiredInput(item, name));

function readPairs(value: unknown, name: string): ContextPair[] {
  const pairs = !isGiven(value) ? [] : Array.isArray(value) ? value : [value];
  return pairs.map((pair) => {
    const { positive, negative } = isObject(pair) ? pair : {};
    return { positive: requiredInput(positive, name), negative: requiredInput(negative, name) };
  });
}

/** Reads examples to be like and unlike. */
export function readRecommend(given: Payload, name: string): Query {
  const positives = inputs(given.positive, name);
  const negatives = inputs(given.negative, name);
  const strategy = given.strategy ?? 'average_vector';
  if (!strategies.includes(strategy as RecommendStrategy)) {
    throw queryExpected();
  }
  return { kind: 'recommend', positives, negatives, strategy: strategy as RecommendStrategy };
}

function readRrf(value: unknown, name: string): Query {
  const { k: givenK, weights: givenWeights } = expectObject(value, 'struct Rrf');
  const k = optional(givenK, (given) => expectUnsigned(given)) ?? standardRrfK;
  if (k < 1) {
    throw invalidBody(`${name}.rrf.k: value 0 invalid, must be 1 or larger`);
  }
  if (isGiven(givenWeights) && !Array.isArray(givenWeights)) {
    throw queryExpected();
  }
  const weights = optional(givenWeights, (given) => (given as readonly unknown[]).map((weight) => expectFloat(weight)));
  return { kind: 'rrf', k, weights };
}

function readFusion(value: unknown): Query {
  if (value === 'rrf') {
    return { kind: 'rrf', k: standardRrfK, weights: undefined };
  }
  if (value === 'dbsf') {
    return { kind: 'dbsf' };
  }
  throw queryExpected();
}

function readMmr(value: unknown, name: string): Diversification | undefined {
  if (!isGiven(value)) {
    return undefined;
  }
  const given = expectObject(value, 'struct Mmr');
  const diversity = optional(given.diversity, (item) => expectFloat(item)) ?? standardDiversity;
  if (diversity < 0 || diversity > 1) {
    throw invalidBody(`${name}.mmr.diversity: value ${diversity} invalid, must be from 0.0 to 1.0`);
  }
  return { diversity, candidates: optional(given.candidates_limit, (item) => expectUnsigned(item)) };
}

type KindReader = (value: unknown, name: string, query: Payload) => Query;

/** One reader for each kind, by the member that names it. */
const readers: Readonly<Record<string, KindReader>> = {
  nearest: (value, name, query) => ({ kind: 'nearest', target: requiredInput(value, `${name}.nearest`), mmr: readMmr(query.mmr, name) }),
  recommend(value, name) {
    const query = readRecommend(expectObject(value, 'struct RecommendInput'), name);
    if (query.kind === 'recommend' && query.positives.length + query.negatives.length === 0) {
      throw invalidBody(
        `${name}.recommend.positives, negatives: Validation error: At least one positive or negative vector/id must be provided [{}]`,
      );
    }
    return query;
  },
  discover(value, name) {
    const { target, context } = expectObject(value, 'struct DiscoverInput');
    return { kind: 'discover', target: requiredInput(target, name), pairs: readPairs(context, name) };
  },
  context: (value, name) => ({ kind: 'context', pairs: readPairs(value, name) }),
  order_by: (value) => ({ kind: 'orderBy', order: readOrderBy(value) }),
  formula: (value, _name, query) => ({ kind: 'formula', formula: readFormula(value, query.defaults) }),
  fusion: readFusion,
  rrf: readRrf,
  sample(value) {
    if (value !== 'random') {
      throw queryExpected();
    }
    return { kind: 'sample' };
  },
};

/** Reads the `query` of a request; undefined when there is none: the points then come in the order of their ids. */
export function readQueryKind(value: unknown, name: string): Query | undefined {
  if (!isGiven(value)) {
    return undefined;
  }
  const target = readVectorInput(value, name);
  if (target !== undefined) {
    return { kind: 'nearest', target, mmr: undefined };
  }
  if (!isObject(value)) {
    throw queryExpected();
  }
  for (const [member, read] of Object.entries(readers)) {
    if (member in value) {
      return read(value[member], name, value);
    }
  }
  const unserved = unservedKinds.find((kind) => kind in value);
  throw unserved === undefined ? queryExpected() : notImplemented(`queries of kind ${unserved}`);
}
