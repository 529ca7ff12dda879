import { documentWeights, inverseDocumentFrequency, queryWeights } from '../../system/policies/text/bm25.ts';

/** Which rows make terms common or rare, and how many they are. */
export interface CountedRows {
  readonly documents: number;
  has(row: number): boolean;
}

/** Exact BM25 over rows of text, with the rarity of terms counted over whichever rows are asked for. */
export interface TermIndex {
  /** Adds a text as the next row, from 0. */
  add(text: string): number;
  /** Score of every row, counted or not, that has a term of the question which a counted row has too. */
  scores(question: string, counted: CountedRows): Map<number, number>;
}

/** The rows that have one term, ascending, with its weight in each. */
interface Postings {
  readonly rows: number[];
  readonly weights: number[];
}

export function createTermIndex(): TermIndex {
  const terms = new Map<number, Postings>();
  let rowCount = 0;
  return {
    add(text) {
      const { indices, values } = documentWeights(text);
      for (const [position, term] of indices.entries()) {
        let postings = terms.get(term);
        if (postings === undefined) {
          postings = { rows: [], weights: [] };
          terms.set(term, postings);
        }
        postings.rows.push(rowCount);
        postings.weights.push(values[position] as number);
      }
      rowCount += 1;
      return rowCount - 1;
    },
    scores(question, counted) {
      const scores = new Map<number, number>();
      for (const term of queryWeights(question).indices) {
        const { rows, weights } = terms.get(term) ?? { rows: [], weights: [] };
        let having = 0;
        for (const row of rows) {
          having += counted.has(row) ? 1 : 0;
        }
        const idf = inverseDocumentFrequency(counted.documents, having);
        for (let position = 0; having > 0 && position < rows.length; position += 1) {
          const row = rows[position] as number;
          scores.set(row, (scores.get(row) ?? 0) + (weights[position] as number) * idf);
        }
      }
      return scores;
    },
  };
}
