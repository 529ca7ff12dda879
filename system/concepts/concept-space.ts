import { direction, unit } from './direction.ts';
import { createRecent } from './recent.ts';
import { terms } from './terms.ts';
import { createVocabulary, type Language } from './vocabulary.ts';

export interface ConceptSpaceOptions {
  readonly seed: number;
  /** How many latent concepts there are, 1 to 4096. */
  readonly concepts: number;
  readonly dimensions: number;
  /** Expected cosine between two concepts of one family, in [0, 1): how far the scores of right and wrong neighbours overlap. */
  readonly overlap?: number;
  /** Length of what is a word's own beside its concept's direction of length 1: how far texts about one concept lie apart. */
  readonly wordSpread?: number;
}

/** The map from text to latent vector that the embedding provider and the corpus share. */
export interface ConceptSpace {
  readonly concepts: number;
  readonly dimensions: number;
  /** Unit vector of a text, bit for bit the same on every machine. A text without a word gives the first axis. */
  embed(text: string): Float32Array;
  /** Concepts that the words of a text belong to, with their shares; empty for a text without such a word. */
  mixture(text: string): ReadonlyMap<number, number>;
  /** Words with which to write about a concept; both languages share its direction. */
  words(concept: number, language: Language): readonly string[];
}

const familySize = 8;
const defaultOverlap = 0.7;
const defaultWordSpread = 1.5;
/** A word of no concept (fillers, names, numbers) moves a text a little, in a direction of its own. */
const unknownWordWeight = 0.25;
const cacheBytes = 32 * 1024 * 1024;

function checked(options: ConceptSpaceOptions): Required<ConceptSpaceOptions> {
  const settings = { overlap: defaultOverlap, wordSpread: defaultWordSpread, ...options };
  const { concepts, dimensions, overlap, wordSpread } = settings;
  if (!Number.isInteger(concepts) || concepts < 1 || concepts > 4096) {
    throw new RangeError(`concepts is ${concepts}; a whole number from 1 to 4096 is needed`);
  }
  if (!Number.isInteger(dimensions) || dimensions < 1 || dimensions > 4096) {
    throw new RangeError(`dimensions is ${dimensions}; a whole number from 1 to 4096 is needed`);
  }
  if (!(overlap >= 0 && overlap < 1)) {
    throw new RangeError(`overlap is ${overlap}; a number from 0 to below 1 is needed`);
  }
  if (!(wordSpread >= 0 && wordSpread <= 100)) {
    throw new RangeError(`wordSpread is ${wordSpread}; a number from 0 to 100 is needed`);
  }
  return settings;
}

/** Sum of scaled directions, in the order given: floating-point addition depends on it. */
function weightedSum(dimensions: number, parts: readonly (readonly [weight: number, vector: Float32Array])[]): Float64Array {
  const sum = new Float64Array(dimensions);
  for (const [weight, vector] of parts) {
    for (let index = 0; index < dimensions; index += 1) {
      sum[index] = (sum[index] ?? 0) + weight * (vector[index] ?? 0);
    }
  }
  return sum;
}

/**
 * Opens a space of latent concepts. A text's vector is the sum of its words' vectors at length 1; a word's vector is
 * its concept's direction plus one of its own; concepts come in families of eight that share a part of their direction.
 * Throws RangeError on options outside their range.
 */
export function createConceptSpace(options: ConceptSpaceOptions): ConceptSpace {
  const { seed, concepts, dimensions, overlap, wordSpread } = checked(options);
  const vocabulary = createVocabulary(seed, concepts);
  const capacity = Math.max(256, Math.floor(cacheBytes / (dimensions * Float32Array.BYTES_PER_ELEMENT)));
  const conceptDirections = new Map<number, Float32Array>();
  const wordVectors = createRecent<Float32Array>(capacity);

  const conceptDirection = (concept: number) => {
    let known = conceptDirections.get(concept);
    if (known === undefined) {
      const family = direction(seed, `family:${Math.floor(concept / familySize)}`, dimensions);
      const own = direction(seed, `concept:${concept}`, dimensions);
      known = unit(
        weightedSum(dimensions, [
          [Math.sqrt(overlap), family],
          [Math.sqrt(1 - overlap), own],
        ]),
      );
      conceptDirections.set(concept, known);
    }
    return known;
  };
  const wordVector = (word: string) => {
    const own = direction(seed, `word:${word}`, dimensions);
    const concept = vocabulary.conceptOf(word);
    const sum =
      concept === undefined
        ? weightedSum(dimensions, [[unknownWordWeight, own]])
        : weightedSum(dimensions, [
            [1, conceptDirection(concept)],
            [wordSpread, own],
          ]);
    return Float32Array.from(sum);
  };
  const isKnownWord = (word: string) => vocabulary.conceptOf(word) !== undefined;

  return {
    concepts,
    dimensions,
    words: (concept, language) => vocabulary.words(concept, language),
    mixture(text) {
      const found = terms(text, isKnownWord).flatMap((term) => vocabulary.conceptOf(term) ?? []);
      const shares = new Map<number, number>();
      for (const concept of found) {
        shares.set(concept, (shares.get(concept) ?? 0) + 1 / found.length);
      }
      return shares;
    },
    embed(text) {
      const sum = new Float64Array(dimensions);
      for (const term of terms(text, isKnownWord)) {
        const vector = wordVectors.get(term, wordVector);
        for (let index = 0; index < dimensions; index += 1) {
          // Single-precision numbers added in the order of the text, in double precision: one result everywhere.
          sum[index] = (sum[index] as number) + (vector[index] as number);
        }
      }
      return unit(sum);
    },
  };
}
