import { hash32 } from '../random-stream.ts';
import { tokensOf } from './tokens.ts';

/** As vector stores take it: term ids in ascending order, each once, and a weight for each. */
export interface SparseVector {
  readonly indices: readonly number[];
  readonly values: readonly number[];
}

/**
 * Robertson's usual constants (Okapi at TREC-3; Lucene's defaults): how soon a repeated term stops to count, and how
 * much a long document is discounted.
 */
export const termSaturation = 1.2;
export const lengthNormalisation = 0.75;

/**
 * Tokens of a document of ordinary length. Fixed, where BM25 has the mean of the collection: weights are made when a
 * document is written, and a mean that moves would leave old and new documents weighed differently, and every shard with
 * a mean of its own. The corpus of this project has about 63 tokens per document (51 in English, 81 in Chinese).
 */
export const ordinaryLength = 63;

/** The id of a term: 32 bits, the same everywhere, without a dictionary that the processes would have to share. */
export function termId(token: string): number {
  return hash32(token);
}

/** How often each term occurs, by id. Terms that share an id are one term: among 10,000 of them that is one pair in 86 corpora. */
function frequencies(tokens: readonly string[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const token of tokens) {
    const id = termId(token);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

function sparse(weights: ReadonlyMap<number, number>): SparseVector {
  const entries = [...weights].sort(([left], [right]) => left - right);
  return { indices: entries.map(([id]) => id), values: entries.map(([, weight]) => weight) };
}

/**
 * The share of BM25 that a document brings: term frequency, saturated and normalised by length. The rarity of a term is
 * multiplied in by the vector store, which alone knows how many documents have it (`modifier: idf`).
 */
export function documentWeights(text: string): SparseVector {
  const tokens = tokensOf(text);
  const norm = termSaturation * (1 - lengthNormalisation + (lengthNormalisation * tokens.length) / ordinaryLength);
  const weights = new Map<number, number>();
  for (const [id, count] of frequencies(tokens)) {
    weights.set(id, (count * (termSaturation + 1)) / (count + norm));
  }
  return sparse(weights);
}

/** The share that a question brings: each of its terms once, however often it is said. */
export function queryWeights(text: string): SparseVector {
  return sparse(new Map(tokensOf(text).map((token) => [termId(token), 1])));
}

/** Rarity of a term that `having` of `documents` documents have, as Qdrant counts it; never negative. */
export function inverseDocumentFrequency(documents: number, having: number): number {
  return Math.log(1 + (documents - having + 0.5) / (having + 0.5));
}
