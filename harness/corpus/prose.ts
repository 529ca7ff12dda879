import type { ConceptSpace } from '../../system/concepts/concept-space.ts';
import { fillers, type Language } from '../../system/concepts/vocabulary.ts';
import { drawFrom, type RandomStream } from '../../system/policies/random-stream.ts';

/** Concepts with the shares that they have in a text; the shares add up to 1. */
export type Mixture = readonly { readonly concept: number; readonly share: number }[];

const fillerShare = 0.35;
const separator: Record<Language, string> = { en: ' ', zh: '' };

/** A mixture of one to three different concepts; the first given one, if any, leads. */
export function drawMixture(stream: RandomStream, concepts: number, leading?: number): Mixture {
  const draw = stream.uniform();
  const count = Math.min(concepts, draw < 0.4 ? 1 : draw < 0.8 ? 2 : 3);
  const chosen = new Set([leading ?? Math.floor(stream.uniform() * concepts)]);
  while (chosen.size < count) {
    chosen.add(Math.floor(stream.uniform() * concepts));
  }
  const weights = Array.from(chosen, (_, rank) => (rank === 0 ? 1 : 0.2 + 0.6 * stream.uniform()));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return Array.from(chosen, (concept, rank) => ({ concept, share: (weights[rank] ?? 0) / total }));
}

function conceptWord(space: ConceptSpace, stream: RandomStream, mixture: Mixture, language: Language): string {
  let position = stream.uniform();
  for (const { concept, share } of mixture) {
    position -= share;
    if (position < 0) {
      return drawFrom(stream, space.words(concept, language));
    }
  }
  // The shares add up to 1 only as far as floating point can; what is left belongs to the leading concept.
  return drawFrom(stream, space.words(mixture[0]?.concept ?? 0, language));
}

/** `count` words about a mixture; fillers stand only between words of concepts, so that no text is without meaning. */
export function phrase(space: ConceptSpace, stream: RandomStream, mixture: Mixture, language: Language, count: number): string {
  const words: string[] = [];
  let isFillerAllowed = false;
  while (words.length < count) {
    const isFiller: boolean = isFillerAllowed && words.length < count - 1 && stream.uniform() < fillerShare;
    words.push(isFiller ? drawFrom(stream, fillers[language]) : conceptWord(space, stream, mixture, language));
    isFillerAllowed = !isFiller;
  }
  return words.join(separator[language]);
}
