import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byScore, mergeTopK } from '../../policies/merge.ts';
import { type ShardingStrategy, shardingPolicy, shardingStrategies } from '../../policies/sharding/index.ts';
import type { ShardRouting } from '../../policies/sharding/policy.ts';
import { memoryIndexer, vectorOfText } from '../testing/memory-shards.ts';

type Operation =
  | { readonly kind: 'put' | 'delete'; readonly doc: number; readonly content: string }
  | { readonly kind: 'apply'; readonly size: number }
  | { readonly kind: 'fail' | 'heal' | 'lose'; readonly shard: number }
  | { readonly kind: 'restart' | 'recordFails' };

const shardCount = 3;
const content = fc.tuple(...[0, 1, 2].map(() => fc.integer({ min: 1, max: 9 }))).map((digits) => digits.join(' '));
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('put' as const), doc: fc.integer({ min: 0, max: 7 }), content }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), doc: fc.integer({ min: 0, max: 7 }), content }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('apply' as const), size: fc.integer({ min: 1, max: 8 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('fail', 'heal', 'heal', 'lose'), shard: fc.integer({ min: 0, max: 2 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('restart' as const, 'recordFails' as const) }) },
);

function policyOf(strategy: ShardingStrategy, expectedDocuments = 6) {
  return shardingPolicy(strategy, shardCount, { expectedDocuments, seed: 3 });
}

/** The change that a document was last touched by, up to a sequence number. */
function lastChange(log: ReturnType<typeof memoryIndexer>['log'], docId: string, upTo: number) {
  return log.slice(0, upTo).findLast(({ doc_id }) => doc_id === docId);
}

describe.each(shardingStrategies)('%s', (strategy) => {
  test('over any sequence of writes, failures, losses and restarts, what every shard has applied is never out of sight, and in the end every document is in one place', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 60 }), async (operations) => {
        const documents = Array.from({ length: 8 }, (_, doc) => `doc-${doc}`);
        const indexer = memoryIndexer(policyOf(strategy), shardCount, () => check());
        /** The promise of `applied_sequence`, at every single step of applying: nothing applied everywhere is gone or has become older. */
        const check = () => {
          const everywhere = Math.min(...indexer.applied);
          for (const docId of documents) {
            const last = lastChange(indexer.log, docId, everywhere);
            const copies = indexer.copiesOf(docId);
            if (last !== undefined) {
              expect(copies.filter(({ version }) => version < last.sequence)).toEqual([]);
            }
            const laterDelete = indexer.log.slice(everywhere).some(({ doc_id, kind }) => doc_id === docId && kind === 'delete');
            if (last?.kind === 'put' && !laterDelete) {
              expect(copies.length).toBeGreaterThan(0);
            }
          }
        };
        for (const one of operations) {
          switch (one.kind) {
            case 'put':
            case 'delete':
              indexer.append(one.kind, `doc-${one.doc}`, one.content);
              break;
            case 'apply':
              await indexer.applyNext(one.size).catch((error: unknown) => {
                expect(String(error)).toContain('told to fail');
                indexer.restart();
              });
              break;
            case 'lose':
              indexer.lose(one.shard);
              break;
            case 'restart':
              indexer.restart();
              break;
            case 'recordFails':
              if (policyOf(strategy).placedBy !== 'id' && indexer.table.state()?.placedSequence !== indexer.log.length) {
                indexer.table.failNext();
              }
              break;
            case 'fail':
            case 'heal':
              (indexer.shards[one.shard] as { fails: boolean }).fails = one.kind === 'fail';
          }
          check();
        }
        for (const shard of indexer.shards) {
          shard.fails = false;
        }
        indexer.restart();
        // Each turn applies at least one change, but for one that a failing record may cost.
        for (let turn = 0; turn <= indexer.log.length + 1; turn += 1) {
          await indexer.applyNext(5).catch(() => indexer.restart());
          check();
        }
        for (const docId of documents) {
          const last = lastChange(indexer.log, docId, indexer.log.length);
          const expected = last?.kind === 'put' ? [{ version: last.sequence, content: last.content }] : [];
          expect(indexer.copiesOf(docId).map(({ version, content: text }) => ({ version, content: text }))).toEqual(expected);
        }
        const state = indexer.table.state();
        if (strategy === 'semantic' && state !== undefined) {
          expect(state.pointsPerShard).toEqual(indexer.shards.map(({ points }) => points.size));
        }
      }),
      { numRuns: 150 },
    );
  });

  test('the merged top k of all shards is the exact top k of one node', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(content, { minLength: 1, maxLength: 60 }),
        content,
        fc.integer({ min: 1, max: 12 }),
        async (contents, question, k) => {
          const indexer = memoryIndexer(policyOf(strategy, contents.length), shardCount);
          for (const [index, text] of contents.entries()) {
            indexer.append('put', `doc-${index}`, text);
          }
          while (await indexer.applyNext(16)) {
            // On to the end of the log.
          }
          const policy = shardingPolicy(strategy, shardCount, { expectedDocuments: contents.length, seed: 3, probes: shardCount });
          const routing: ShardRouting = policy.placedBy === 'vector' ? policy.routing(indexer.table.state()?.centroids) : policy;
          const query = vectorOfText(question);
          const hitsOf = (points: Iterable<{ id: string; vector: readonly number[] }>) =>
            [...points]
              .map(({ id, vector }) => ({ id, score: vector.reduce((sum, value, index) => sum + value * (query[index] as number), 0) }))
              .sort(byScore)
              .slice(0, k);
          const everything = indexer.shards.flatMap(({ points }) => [...points.values()]);
          expect(everything).toHaveLength(contents.length);
          const lists = routing.shardsToAsk(query).map((shard) => hitsOf(indexer.shards[shard]?.points.values() ?? []));
          expect(mergeTopK(lists, k)).toEqual(hitsOf(everything));
        },
      ),
      { numRuns: 50 },
    );
  });
});

test('range: numbers follow the order of first writes; neither updates nor a deletion move a document', async () => {
  const indexer = memoryIndexer(policyOf('range'), shardCount);
  for (let doc = 0; doc < 8; doc += 1) {
    indexer.append('put', `doc-${doc}`, '1 1 1');
    indexer.append('put', 'doc-0', `${doc + 1} 1 1`);
  }
  indexer.append('delete', 'doc-1', '');
  indexer.append('put', 'doc-1', '5 5 5');
  while (await indexer.applyNext(3)) {
    // On to the end of the log.
  }
  // Six are expected: two on each shard, and what is beyond on the last one.
  const shards = Array.from({ length: 8 }, (_, doc) => indexer.copiesOf(`doc-${doc}`).map(({ shard }) => shard));
  expect(shards.flat()).toEqual([0, 0, 1, 1, 2, 2, 2, 2]);
});

test('semantic: a document whose vector moves is written to its new shard before it leaves the old one', async () => {
  const seen: number[][] = [];
  const indexer = memoryIndexer(policyOf('semantic'), shardCount, () => seen.push(indexer.copiesOf('doc-0').map(({ version }) => version)));
  for (const [doc, text] of ['9 1 1', '1 9 1', '1 1 9'].entries()) {
    indexer.append('put', `doc-${doc}`, text);
  }
  await indexer.applyNext(3);
  const [before] = indexer.copiesOf('doc-0');
  seen.length = 0;
  indexer.append('put', 'doc-0', '1 9 2');
  await indexer.applyNext(1);
  const [after, ...others] = indexer.copiesOf('doc-0');
  expect(others).toEqual([]);
  expect(after?.shard).not.toBe(before?.shard);
  expect(after?.shard).toBe(indexer.copiesOf('doc-1')[0]?.shard);
  expect(seen.map((versions) => versions.toSorted((left, right) => left - right))).toEqual([[1, 4], [4]]);
});

test('semantic: a shard keeps what it should give away for as long as the other one cannot take it', async () => {
  const indexer = memoryIndexer(policyOf('semantic'), shardCount);
  for (const [doc, text] of ['9 1 1', '1 9 1', '1 1 9'].entries()) {
    indexer.append('put', `doc-${doc}`, text);
  }
  await indexer.applyNext(3);
  const from = indexer.copiesOf('doc-0')[0]?.shard ?? -1;
  const to = indexer.copiesOf('doc-1')[0]?.shard ?? -1;
  (indexer.shards[to] as { fails: boolean }).fails = true;
  indexer.append('put', 'doc-0', '1 9 2');
  await indexer.applyNext(1);
  expect(indexer.copiesOf('doc-0')).toMatchObject([{ shard: from, version: 1 }]);
  expect([indexer.applied[from], indexer.applied[to]]).toEqual([3, 3]);

  // It loses everything before the other one has taken it: the log gives back what was there, not where it will be.
  indexer.lose(from);
  await indexer.applyNext(3);
  expect(indexer.applied[from]).toBe(3);
  expect(indexer.copiesOf('doc-0')).toMatchObject([{ shard: from, version: 1 }]);
});
