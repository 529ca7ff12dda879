import { describe, expect, test } from 'vitest';
import { createGradedTruth } from './graded-truth.ts';
import type { Mixture } from './prose.ts';

const about = (concept: number): Mixture => [{ concept, share: 1 }];
const mixed = (first: number, second: number): Mixture => [
  { concept: first, share: 0.6 },
  { concept: second, share: 0.4 },
];

function truthOf() {
  const truth = createGradedTruth();
  truth.write({ tenant: 'ann', docId: 'one', concepts: about(1), sequence: 1 });
  truth.write({ tenant: 'ann', docId: 'half', concepts: mixed(2, 1), sequence: 2 });
  truth.write({ tenant: 'bob', docId: 'one', concepts: about(1), sequence: 3 });
  truth.write({ tenant: 'ann', docId: 'one', concepts: about(5), sequence: 4 });
  return truth;
}
const question = { tenant: 'ann', concepts: about(1), k: 10, appliedSequence: 3 };
const hit = (docId: string, documentVersion: number) => ({ docId, documentVersion });

describe('gain', () => {
  const truth = truthOf();
  test('the best order has 1, another one less, nothing 0', () => {
    expect(truth.gain({ ...question, hits: [hit('one', 1), hit('half', 2)] })).toBe(1);
    expect(truth.gain({ ...question, hits: [hit('half', 2), hit('one', 1)] })).toBeLessThan(1);
    expect(truth.gain({ ...question, hits: [] })).toBe(0);
  });

  test('documents count as they were at the sequence number of the answer', () => {
    expect(truth.gain({ ...question, appliedSequence: 4, hits: [hit('half', 2)] })).toBe(1);
    expect(truth.gain({ ...question, appliedSequence: 1, hits: [hit('one', 1)] })).toBe(1);
    expect(truth.gain({ ...question, appliedSequence: 0, hits: [] })).toBeUndefined();
  });

  test('a version that nobody wrote and a hit shown twice count for nothing', () => {
    expect(truth.gain({ ...question, hits: [hit('one', 3), hit('one', 4)] })).toBe(0);
    const once = truth.gain({ ...question, hits: [hit('half', 2)] });
    expect(truth.gain({ ...question, hits: [hit('half', 2), hit('half', 2)] })).toBe(once);
  });

  test('without a relevant document there is no measure; a better version seen early is no more than 1', () => {
    expect(truth.gain({ ...question, concepts: about(9), hits: [hit('one', 1)] })).toBeUndefined();
    expect(truth.gain({ ...question, concepts: about(5), appliedSequence: 4, hits: [hit('one', 4)] })).toBe(1);
  });

  test('writes are put in order whatever the order in which they are learnt', () => {
    const late = createGradedTruth();
    late.write({ tenant: 'ann', docId: 'one', concepts: about(2), sequence: 7 });
    late.write({ tenant: 'ann', docId: 'one', concepts: about(1), sequence: 6 });
    expect(late.gain({ ...question, concepts: about(2), appliedSequence: 7, hits: [hit('one', 7)] })).toBe(1);
    expect(late.gain({ ...question, concepts: about(2), appliedSequence: 6, hits: [] })).toBeUndefined();
  });
});
