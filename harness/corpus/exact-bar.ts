import { type DocumentLog, lastChangeAt, type TenantLog } from './tenant-log.ts';

/** What an exact search must reach. */
export interface ExactBar {
  /** Score of the k-th best document, -Infinity when there are fewer than k. */
  readonly score: number;
  /** How many hits an exact answer has: k, or all documents when there are fewer. */
  readonly expected: number;
}

/** The k best scores seen so far, in descending order. */
function insertBest(best: Float64Array, count: number, score: number): void {
  let position = Math.min(count, best.length - 1);
  while (position > 0 && (best[position - 1] as number) < score) {
    best[position] = best[position - 1] as number;
    position -= 1;
  }
  best[position] = score;
}

/**
 * The lowest score that a document can have in an answer that shows every change up to `applied` and any of those up to
 * `visible`; undefined when it need not be in the answer at all.
 */
function lowestScore(log: TenantLog, query: Float32Array, document: DocumentLog, applied: number, visible: number): number | undefined {
  const { changes } = document;
  let position = lastChangeAt(changes, applied);
  const row = changes[position]?.row;
  if (row === undefined) {
    return undefined;
  }
  if (document.uncertain.length > 0) {
    // A write that may have happened may have changed the score to anything.
    return Number.NEGATIVE_INFINITY;
  }
  let lowest = log.score(query, row);
  for (position += 1; (changes[position]?.sequence ?? Number.POSITIVE_INFINITY) <= visible; position += 1) {
    const later = changes[position]?.row;
    if (later === undefined) {
      return undefined;
    }
    lowest = Math.min(lowest, log.score(query, later));
  }
  return lowest;
}

/** Scores every document of a tenant as the log had it at `applied`. With `visible` above it, leans to the lower bar. */
export function exactBar(log: TenantLog, query: Float32Array, k: number, applied: number, visible: number): ExactBar {
  const best = new Float64Array(k).fill(Number.NEGATIVE_INFINITY);
  let count = 0;
  for (const document of log.documents.values()) {
    const score = lowestScore(log, query, document, applied, visible);
    if (score !== undefined) {
      if (count < k || score > (best[k - 1] as number)) {
        insertBest(best, count, score);
      }
      count += 1;
    }
  }
  return { score: best[k - 1] ?? Number.NEGATIVE_INFINITY, expected: Math.min(k, count) };
}
