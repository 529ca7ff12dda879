import { tokensOf } from '../policies/text/tokens.ts';
import type { ConceptSpace } from './concept-space.ts';

/** How much the meaning counts beside the words themselves. */
const meaningShare = 0.7;

/** How far two mixtures of concepts are the same: the sum of the smaller of each concept's two shares, 0 to 1. */
export function commonShare(left: ReadonlyMap<number, number>, right: ReadonlyMap<number, number>): number {
  let common = 0;
  for (const [concept, share] of left) {
    common += Math.min(share, right.get(concept) ?? 0);
  }
  return common;
}

/**
 * Relevance of documents to one question as a model that reads both would see it, 0 to 1: how far they are about the
 * same concepts, in whichever language, and how many of the question's own terms the document says. It knows the concept
 * of every word, which no real model does: what it gains is an upper bound.
 */
export function relevanceTo(space: ConceptSpace, question: string): (document: string) => number {
  const asked = space.mixture(question);
  const named = new Set(tokensOf(question));
  return (document) => {
    const said = new Set(tokensOf(document));
    const repeated = named.size === 0 ? 0 : [...named].filter((term) => said.has(term)).length / named.size;
    return meaningShare * commonShare(asked, space.mixture(document)) + (1 - meaningShare) * repeated;
  };
}
