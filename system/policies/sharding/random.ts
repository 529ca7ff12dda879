import { randomStream } from '../random-stream.ts';
import { askAll, type NumberedSharding } from './policy.ts';

/**
 * A seeded draw for every document number, independent of the document itself: nobody can find the document again without
 * the location table. Each number has a stream of its own, so that a restart needs no state of a generator.
 */
export function randomSharding(shards: number, seed: number): NumberedSharding {
  return {
    placedBy: 'number',
    shardOfNumber: (documentNumber) => randomStream(seed, `placement:${documentNumber}`).below(shards),
    ...askAll(shards),
  };
}
