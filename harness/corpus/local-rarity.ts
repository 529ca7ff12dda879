import type { ConceptSpace } from '../../system/concepts/concept-space.ts';
import { createExactRetrieval, type IndexedDocument } from './exact-retrieval.ts';

export interface LocalRarity {
  /** Mean share of the first k that both have, and its lowest value over the questions. */
  readonly keywords: { readonly mean: number; readonly lowest: number };
  readonly hybrid: { readonly mean: number; readonly lowest: number };
  readonly questions: number;
}

export interface RarityStudy {
  readonly space: ConceptSpace;
  readonly documents: readonly IndexedDocument[];
  readonly questions: readonly string[];
  readonly k: number;
  readonly shards: number;
  /** Shard number in [0, shards) of a document. */
  readonly shardOf: (id: string) => number;
}

/** Share of the first list that the second has too; two empty lists agree. */
function overlap(left: readonly string[], right: readonly string[]): number {
  const known = new Set(right);
  return left.length === 0 ? 1 : left.filter((id) => known.has(id)).length / left.length;
}

function summary(shares: readonly number[]): { mean: number; lowest: number } {
  return { mean: shares.reduce((sum, share) => sum + share, 0) / shares.length, lowest: Math.min(...shares) };
}

/**
 * What it costs that every shard counts the rarity of terms among its own documents: overlap@k of those answers with the
 * answers by the rarities of the whole corpus, everything else exact. Throws RangeError without questions.
 */
export function localRarityOf({ space, documents, questions, k, shards, shardOf }: RarityStudy): LocalRarity {
  if (questions.length === 0) {
    throw new RangeError('an overlap of no questions is none');
  }
  const whole = createExactRetrieval(space, documents);
  const local = createExactRetrieval(space, documents, { shards, shardOf });
  return {
    keywords: summary(questions.map((question) => overlap(whole.keywords(question, k), local.keywords(question, k)))),
    hybrid: summary(questions.map((question) => overlap(whole.hybrid(question, k), local.hybrid(question, k)))),
    questions: questions.length,
  };
}
