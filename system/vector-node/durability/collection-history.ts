import type { RandomStream } from '../../policies/random-stream.ts';
import { Collection } from '../collection.ts';
import type { PointVectors, StoredPoint } from '../segment/flat-segment.ts';
import { type Operation, type PointSelector, updateModes } from '../storage/operation.ts';
import { encodeOperation } from '../storage/operation-codec.ts';
import { readCollectionConfig } from '../wire/collection-config.ts';

/* What was written to a collection and what of it must be there afterwards. */

export const testedConfig = readCollectionConfig({
  vectors: { dense: { size: 2, distance: 'Dot' }, other: { size: 3, distance: 'Euclid' } },
  sparse_vectors: { words: { modifier: 'idf' } },
});

/** Everything that a client can read of a collection, as text to compare; the order of points does not count. */
export function stateOf(collection: Collection): string {
  const { segment, declaredIndexes } = collection;
  const points = segment
    .idsByRow()
    .filter((id) => id !== undefined)
    .map((id) => {
      const copy = segment.copyOf(id);
      const vectors = [...(copy?.point.vectors ?? [])].map(([name, vector]) => `${name}=${vector.join(',')}`);
      const sparse = [...(copy?.point.sparseVectors ?? [])].map(
        ([name, { indices, values }]) => `${name}=${indices.join()}:${values.join()}`,
      );
      return `${typeof id} ${id} v${copy?.version} ${[...vectors, ...sparse].join(';')} ${copy?.point.payloadJson}`;
    })
    .sort();
  return [...points, ...[...declaredIndexes].map(([field, { type }]) => `index ${field} ${type}`).sort()].join('\n');
}

interface Attempt {
  readonly operation: Operation;
  readonly operationId: number;
  outcome: 'unknown' | 'acknowledged' | 'refused';
}

/** All writes to one collection, in the order of their numbers, on top of the state that it began with. */
export class CollectionHistory {
  readonly #attempts: Attempt[] = [];
  readonly #begin: (collection: Collection) => void;

  /** @param begin builds the state before the first write in an empty collection */
  constructor(begin: (collection: Collection) => void = () => undefined) {
    this.#begin = begin;
  }

  /** Writes and notes what came of it. Rejects as the write did. */
  async write(collection: Collection, operation: Operation): Promise<void> {
    const writing = collection.write(operation);
    const attempt: Attempt = { operation, operationId: collection.lastOperationId, outcome: 'unknown' };
    this.#attempts.push(attempt);
    await writing;
    attempt.outcome = 'acknowledged';
  }

  /** The writes that got no answer so far were refused for certain. */
  refuseUnanswered(): void {
    for (const attempt of this.#attempts.filter(({ outcome }) => outcome === 'unknown')) {
      attempt.outcome = 'refused';
    }
  }

  #stateAfter(count: number): string {
    const collection = new Collection('expected', testedConfig);
    this.#begin(collection);
    for (const { operation, operationId, outcome } of this.#attempts.slice(0, count)) {
      if (outcome !== 'refused') {
        collection.replay(encodeOperation({ operation, operationId }));
      }
    }
    return stateOf(collection);
  }

  /** How many writes make this state when they leave out no acknowledged one; undefined when none do. */
  explain(state: string, atLeast = this.acknowledgedEnd): number | undefined {
    for (let count = atLeast; count <= this.#attempts.length; count += 1) {
      if (this.#stateAfter(count) === state) {
        return count;
      }
    }
    return undefined;
  }

  /** The state that the writes up to the last acknowledged one make. */
  get promised(): string {
    return this.#stateAfter(this.acknowledgedEnd);
  }

  /** Position after the last write that was acknowledged. */
  get acknowledgedEnd(): number {
    return this.#attempts.findLastIndex(({ outcome }) => outcome === 'acknowledged') + 1;
  }

  /** After a start: the first writes are there and must stay, the others never happened. */
  settle(count: number): void {
    this.#attempts.length = count;
    for (const attempt of this.#attempts.filter(({ outcome }) => outcome === 'unknown')) {
      attempt.outcome = 'acknowledged';
    }
  }
}

const ids = (random: RandomStream) => Array.from({ length: 1 + random.below(3) }, () => random.below(24));

function selector(random: RandomStream): PointSelector {
  return random.uniform() < 0.6
    ? { kind: 'ids', ids: ids(random) }
    : { kind: 'filter', filter: { must: [{ key: 'n', range: { gte: random.below(10), lte: 9 } }] } };
}

function vectors(random: RandomStream, id: number): PointVectors {
  const dense = [
    ['dense', Float32Array.of(random.below(100), random.below(100))],
    ['other', Float32Array.of(random.below(9), random.below(9), random.below(9))],
  ] as const;
  const words = { indices: Uint32Array.of(random.below(5), 5 + random.below(5)), values: Float32Array.of(1 + random.below(3), 0.5) };
  return {
    id,
    vectors: new Map(dense.filter(() => random.uniform() < 0.8)),
    ...(random.uniform() < 0.6 ? { sparseVectors: new Map([['words', words]]) } : {}),
  };
}

function points(random: RandomStream): StoredPoint[] {
  return ids(random).map((id) => {
    const payload = { n: random.below(10), text: 'x'.repeat(random.below(40)) };
    return { ...vectors(random, id), payload, payloadJson: JSON.stringify(payload) };
  });
}

/** Writes that a client could send, by kind, and how often each comes. */
const kinds: { readonly [K in Operation['kind']]: readonly [number, (random: RandomStream) => Extract<Operation, { kind: K }>] } = {
  upsert: [10, (random) => ({ kind: 'upsert', points: points(random) })],
  conditionalUpsert: [
    2,
    (random) => ({
      kind: 'conditionalUpsert',
      points: points(random),
      mode: updateModes[random.below(updateModes.length)] ?? 'upsert',
      filter: random.uniform() < 0.5 ? undefined : { must: [{ key: 'n', range: { lt: 5 } }] },
    }),
  ],
  deletePoints: [3, (random) => ({ kind: 'deletePoints', ids: ids(random) })],
  deleteWhere: [1, () => ({ kind: 'deleteWhere', filter: { must: [{ key: 'n', range: { gte: 9 } }] } })],
  setPayload: [
    2,
    (random) => ({
      kind: 'setPayload',
      selector: selector(random),
      payload: { n: random.below(10), more: random.below(3) },
      key: random.uniform() < 0.3 ? 'deep' : undefined,
    }),
  ],
  overwritePayload: [1, (random) => ({ kind: 'overwritePayload', selector: selector(random), payload: { n: random.below(10) } })],
  deletePayload: [1, (random) => ({ kind: 'deletePayload', selector: selector(random), keys: ['text', 'deep'] })],
  updateVectors: [2, (random) => ({ kind: 'updateVectors', points: ids(random).map((id) => vectors(random, id)) })],
  deleteVectors: [1, (random) => ({ kind: 'deleteVectors', selector: selector(random), names: ['other', 'words'] })],
  createIndex: [1, () => ({ kind: 'createIndex', field: 'n', type: 'integer', params: undefined })],
  deleteIndex: [1, () => ({ kind: 'deleteIndex', field: 'n' })],
};
const choices = Object.values(kinds).flatMap(([count, make]) => Array.from({ length: count }, () => make));

/** Some write that a client could send. */
export function someOperation(random: RandomStream): Operation {
  const make = choices[random.below(choices.length)] as (random: RandomStream) => Operation;
  return make(random);
}
