import { describe, expect, test } from 'vitest';
import { createConceptSpace } from '../../system/concepts/concept-space.ts';
import { hash32 } from '../../system/policies/random-stream.ts';
import { createExactRetrieval, type IndexedDocument } from './exact-retrieval.ts';
import { localRarityOf } from './local-rarity.ts';

const space = createConceptSpace({ seed: 1, concepts: 16, dimensions: 32 });
const document = (id: string, content: string): IndexedDocument => ({ id, content });
const study = { space, k: 2, questions: ['apple pear'] };

describe('rarities of a shard', () => {
  test('one shard is the whole', () => {
    const documents = Array.from({ length: 20 }, (_, index) =>
      document(`d${index}`, `apple ${index % 3 === 0 ? 'pear' : 'plum'} ${index}`),
    );
    const found = localRarityOf({ ...study, documents, shards: 1, shardOf: () => 0 });
    expect(found).toEqual({ keywords: { mean: 1, lowest: 1 }, hybrid: { mean: 1, lowest: 1 }, questions: 1 });
  });

  test('shards with the same rarities give the same lists', () => {
    // Each text stands once on every shard, so that every term is as rare there as in all.
    const documents = Array.from({ length: 30 }, (_, index) =>
      document(`d${String(index).padStart(2, '0')}`, `apple number${index % 10} ${index % 10 < 3 ? 'pear' : 'plum'}`),
    );
    const whole = createExactRetrieval(space, documents);
    const local = createExactRetrieval(space, documents, { shards: 3, shardOf: (id) => Math.floor(Number(id.slice(1)) / 10) });
    for (const question of ['pear', 'number4', 'apple plum number7']) {
      // The weights differ by the half document of the formula, the order does not.
      expect(local.keywords(question, 9)).toEqual(whole.keywords(question, 9));
    }
  });

  test('a term that is rare on one shard only is overrated there', () => {
    // "apple" is common in all and rare on shard 1; "pear" is rare in all.
    const documents = [
      ...Array.from({ length: 40 }, (_, index) => document(`common-${index}`, 'apple plum')),
      document('pear-0', 'pear plum'),
      ...Array.from({ length: 40 }, (_, index) => document(`other-${index}`, 'plum plum')),
      document('apple-1', 'apple plum'),
    ];
    const shardOf = (id: string) => (id.startsWith('common') || id === 'pear-0' ? 0 : 1);
    const local = createExactRetrieval(space, documents, { shards: 2, shardOf });
    expect(createExactRetrieval(space, documents).keywords('apple pear', 2)).toEqual(['pear-0', 'apple-1']);
    // On their shards both are the only ones of their kind: equal scores, and the id decides.
    expect(local.keywords('apple pear', 2)).toEqual(['apple-1', 'pear-0']);
    expect(localRarityOf({ ...study, k: 1, documents, shards: 2, shardOf }).keywords).toEqual({ mean: 0, lowest: 0 });
  });

  test('no questions have no overlap', () => {
    expect(() =>
      localRarityOf({ ...study, questions: [], documents: [document('a', 'a')], shards: 1, shardOf: (id) => hash32(id) % 1 }),
    ).toThrow(RangeError);
  });
});
