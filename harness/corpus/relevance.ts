import { commonShare } from '../../system/concepts/relevance.ts';
import type { Mixture } from './prose.ts';

/** 3: about the same; 2: much of it; 1: some of it; 0: not about it. */
export type Grade = 0 | 1 | 2 | 3;

/** Common share of concepts from which on a document has each grade, best first. A tenth is less than the smallest share of a mixture's third concept. */
const bounds: readonly (readonly [atLeast: number, grade: Grade])[] = [
  [2 / 3, 3],
  [1 / 3, 2],
  [0.1, 1],
];

const sharesOf = (mixture: Mixture) => new Map(mixture.map(({ concept, share }) => [concept, share]));

/** How relevant documents about a mixture are to a question about `asked`, from the labels with which both were written. */
export function graderFor(asked: Mixture): (document: Mixture) => Grade {
  const question = sharesOf(asked);
  return (document) => {
    const common = commonShare(question, sharesOf(document));
    return bounds.find(([atLeast]) => common >= atLeast)?.[1] ?? 0;
  };
}

/** Discounted cumulative gain with gains 2^grade − 1 (Burges et al., ICML 2005), over the first `k`. */
function discountedGain(grades: readonly Grade[], k: number): number {
  return grades.slice(0, k).reduce<number>((sum, grade, rank) => sum + (2 ** grade - 1) / Math.log2(rank + 2), 0);
}

/**
 * nDCG@k of an answer: its gain divided by that of the best order of all documents, 0 to 1. Undefined when no document is
 * relevant, because then no answer is better than another.
 */
export function normalisedGain(shown: readonly Grade[], all: readonly Grade[], k: number): number | undefined {
  const ideal = discountedGain(
    [...all].sort((left, right) => right - left),
    k,
  );
  return ideal === 0 ? undefined : discountedGain(shown, k) / ideal;
}
