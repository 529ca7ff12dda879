import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fuseByRank } from '../../system/policies/fusion.ts';
import { mergeTopK } from '../../system/policies/merge.ts';
import { hybridBar, type ScoreRange } from './hybrid-bar.ts';

const tolerance = { dense: 1e-9, sparse: 1e-9 };
// Few distinct scores, so that ties are common; without a term of the question a document is not in the sparse list.
const scores = fc.record({
  dense: fc.integer({ min: -5, max: 5 }).map((value) => value / 5),
  sparse: fc.option(fc.integer({ min: 1, max: 6 }), { nil: Number.NEGATIVE_INFINITY }),
});
const corpus = fc.array(scores, { minLength: 1, maxLength: 40 });
const exact = ({ dense, sparse }: { dense: number; sparse: number }): ScoreRange => ({ low: [dense, sparse], high: [dense, sparse] });

/** The answer with ties decided by the given order of the documents. */
function answer(documents: readonly { dense: number; sparse: number }[], order: readonly number[], k: number, depth: number): number[] {
  const name = (index: number) => String(order[index]).padStart(3, '0');
  const list = (of: (one: { dense: number; sparse: number }) => number) =>
    mergeTopK([documents.flatMap((one, index) => (Number.isFinite(of(one)) ? [{ id: name(index), score: of(one) }] : []))], depth);
  const positions = new Map(documents.map((_one, index) => [name(index), index]));
  return fuseByRank([list((one) => one.dense), list((one) => one.sparse)], k).map(({ id }) => positions.get(id) ?? -1);
}

const settings = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 12 })).map(([k, more]) => ({ k, depth: k + more }));

describe('hybridBar', () => {
  test('every exact answer reaches it, however its ties fell out', () => {
    fc.assert(
      fc.property(corpus, settings, fc.infiniteStream(fc.nat()), (documents, { k, depth }, keys) => {
        const order = documents
          .map((_one, index) => ({ index, key: keys.next().value }))
          .sort((left, right) => left.key - right.key)
          .map(({ index }) => index);
        const bar = hybridBar(documents.map(exact), k, depth, tolerance);
        for (const index of answer(documents, order, k, depth)) {
          const { dense, sparse } = documents[index] as { dense: number; sparse: number };
          expect(bar.bestScore(dense, sparse)).toBeGreaterThanOrEqual(bar.score - 1e-12);
        }
      }),
    );
  });

  test('without ties exactly the answer reaches it', () => {
    const distinct = fc
      .tuple(
        fc.uniqueArray(fc.integer({ min: 1, max: 1000 }), { minLength: 6, maxLength: 30 }),
        fc.uniqueArray(fc.integer({ min: 1, max: 1000 }), { minLength: 30, maxLength: 30 }),
      )
      .map(([dense, sparse]) => dense.map((value, index) => ({ dense: value / 1000, sparse: sparse[index] ?? 0 })));
    fc.assert(
      fc.property(distinct, (documents) => {
        const [k, depth] = [3, 3];
        const bar = hybridBar(documents.map(exact), k, depth, tolerance);
        const order = documents.map((_one, index) => index);
        const whole = answer(documents, order, 2 * depth, depth);
        const fused = new Map(whole.map((index, rank) => [index, rank]));
        for (const [index, { dense, sparse }] of documents.entries()) {
          const reaches = bar.bestScore(dense, sparse) >= bar.score - 1e-12;
          // Fused scores can still be equal: the first of one list and the first of the other.
          if ((fused.get(index) ?? Number.POSITIVE_INFINITY) < k) {
            expect(reaches).toBe(true);
          } else if (!fused.has(index)) {
            expect(reaches).toBe(false);
          }
        }
      }),
    );
  });

  test('a document that changed meanwhile lowers the bar and never raises it', () => {
    fc.assert(
      fc.property(corpus, settings, fc.nat(), (documents, { k, depth }, drawn) => {
        const known = hybridBar(documents.map(exact), k, depth, tolerance);
        const ranges = documents.map(
          (one, index): ScoreRange =>
            index === drawn % documents.length ? { low: [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY], high: [1, 6] } : exact(one),
        );
        expect(hybridBar(ranges, k, depth, tolerance).score).toBeLessThanOrEqual(known.score + 1e-12);
      }),
    );
  });
});
