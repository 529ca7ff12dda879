import type { RandomStream } from '../../policies/random-stream.ts';
import { Collection } from '../collection.ts';
import type { StoredPoint } from '../segment/flat-segment.ts';
import type { Operation } from '../storage/operation.ts';
import { encodeOperation } from '../storage/operation-codec.ts';
import { readCollectionConfig } from '../wire/collection-config.ts';

/* What was written to a collection and what of it must be there afterwards. */

export const testedConfig = readCollectionConfig({ vectors: { size: 2, distance: 'Dot' } });

/** Everything that a client can read of a collection, as text to compare; the order of points does not count. */
export function stateOf(collection: Collection): string {
  const { segment, declaredIndexes } = collection;
  const points = segment
    .idsByRow()
    .filter((id) => id !== undefined)
    .map((id) => {
      const copy = segment.copyOf(id);
      const vectors = [...(copy?.point.vectors ?? [])].map(([name, vector]) => `${name}=${vector.join(',')}`);
      return `${typeof id} ${id} v${copy?.version} ${vectors.join(';')} ${copy?.point.payloadJson}`;
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

/** Some write that a client could send. */
export function someOperation(random: RandomStream): Operation {
  const id = () => random.below(24);
  const kind = random.uniform();
  if (kind < 0.7) {
    const points = Array.from({ length: 1 + random.below(4) }, (): StoredPoint => {
      const payload = { n: random.below(10), text: 'x'.repeat(random.below(40)) };
      return {
        id: id(),
        vectors: new Map([['', Float32Array.of(random.below(100), random.below(100))]]),
        payload,
        payloadJson: JSON.stringify(payload),
      };
    });
    return { kind: 'upsert', points };
  }
  if (kind < 0.85) {
    return { kind: 'deletePoints', ids: Array.from({ length: 1 + random.below(3) }, id) };
  }
  if (kind < 0.93) {
    return { kind: 'deleteWhere', filter: { must: [{ key: 'n', range: { gte: 9 } }] } };
  }
  return kind < 0.97 ? { kind: 'createIndex', field: 'n', type: 'integer', params: undefined } : { kind: 'deleteIndex', field: 'n' };
}
