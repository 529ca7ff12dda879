import type { ConceptSpace } from '../../system/concepts/concept-space.ts';
import { relevanceTo } from '../../system/concepts/relevance.ts';
import { fuseByRank, rerankCandidates } from '../../system/policies/fusion.ts';
import { mergeTopK, type Scored } from '../../system/policies/merge.ts';
import { dotProduct } from './dot-product.ts';
import { createTermIndex } from './term-index.ts';

export interface IndexedDocument {
  readonly id: string;
  readonly content: string;
}

/**
 * What the system would answer if its vector stores were exact, by the system's own pure policies. With `shardOf` every
 * shard counts the rarity of terms among its own documents, as independent nodes do; without it, among all.
 */
export interface ExactRetrieval {
  dense(question: string, k: number): string[];
  keywords(question: string, k: number): string[];
  hybrid(question: string, k: number): string[];
  /** The candidates of another search, by relevance. */
  reranked(question: string, k: number, search: (limit: number) => string[]): string[];
}

export function createExactRetrieval(
  space: ConceptSpace,
  documents: readonly IndexedDocument[],
  { shards = 1, shardOf = () => 0 }: { readonly shards?: number; readonly shardOf?: (id: string) => number } = {},
): ExactRetrieval {
  const index = createTermIndex();
  const rows = documents.map(({ id, content }) => ({ id, shard: shardOf(id), vector: space.embed(content) }));
  const contents = new Map(documents.map(({ id, content }) => [id, content]));
  const sizes = Array.from({ length: shards }, (_, shard) => rows.filter((row) => row.shard === shard).length);
  for (const { content } of documents) {
    index.add(content);
  }
  const best = (scored: readonly Scored[], k: number) => mergeTopK([scored], k);
  const denseList = (question: string, k: number) => {
    const vector = space.embed(question);
    return best(
      rows.map((row) => ({ id: row.id, score: dotProduct(vector, row.vector, 0) })),
      k,
    );
  };
  const keywordList = (question: string, k: number) =>
    mergeTopK(
      sizes.map((size, shard) => {
        const has = (row: number) => rows[row]?.shard === shard;
        const own = [...index.scores(question, { documents: size, has })].filter(([row]) => has(row));
        return best(
          own.map(([row, score]) => ({ id: rows[row]?.id ?? '', score })),
          k,
        );
      }),
      k,
    );
  const ids = (hits: readonly Scored[]) => hits.map(({ id }) => id);
  return {
    dense: (question, k) => ids(denseList(question, k)),
    keywords: (question, k) => ids(keywordList(question, k)),
    hybrid: (question, k) => ids(fuseByRank([denseList(question, k), keywordList(question, k)], k)),
    reranked(question, k, search) {
      const relevance = relevanceTo(space, question);
      return search(rerankCandidates(k))
        .map((id, rank) => ({ id, rank, score: relevance(contents.get(id) ?? '') }))
        .sort((left, right) => right.score - left.score || left.rank - right.rank)
        .slice(0, k)
        .map(({ id }) => id);
    },
  };
}
