import { lastChangeAt, type TenantLog, type VersionRow } from './tenant-log.ts';

/** What an exact search must reach. */
export interface ExactBar {
  /** Score of the k-th best document, -Infinity when there are fewer than k. */
  readonly score: number;
  /** How many hits an exact answer has: k, or all documents when there are fewer. */
  readonly expected: number;
}

/** Puts a score into the k best seen so far, which are in descending order; the lowest falls out. */
function insertBest(best: Float64Array, score: number): void {
  let position = best.length - 1;
  while (position > 0 && (best[position - 1] as number) < score) {
    best[position] = best[position - 1] as number;
    position -= 1;
  }
  best[position] = score;
}

/**
 * The lowest score that a document can have in an answer that shows every change up to `applied` and any of those up to
 * `visible`; undefined when it need not be in the answer at all. `row` is its version at `applied`.
 */
function lowestScore(log: TenantLog, query: Float32Array, row: number, version: VersionRow, visible: number): number | undefined {
  const { changes, uncertain } = version.document;
  if (uncertain.length > 0) {
    // A write that may have happened may have changed the score to anything.
    return Number.NEGATIVE_INFINITY;
  }
  let lowest = log.score(query, row);
  if (version.until <= visible) {
    for (const { sequence, row: later } of changes.slice(lastChangeAt(changes, version.from) + 1)) {
      if (sequence > visible) {
        break;
      }
      if (later === undefined) {
        return undefined;
      }
      lowest = Math.min(lowest, log.score(query, later));
    }
  }
  return lowest;
}

/** Scores every document of a tenant as the log had it at `applied`. With `visible` above it, leans to the lower bar. */
export function exactBar(log: TenantLog, query: Float32Array, k: number, applied: number, visible: number): ExactBar {
  const best = new Float64Array(k).fill(Number.NEGATIVE_INFINITY);
  const { rows } = log;
  let count = 0;
  for (let row = 0; row < rows.length; row += 1) {
    const version = rows[row] as VersionRow;
    if (version.from <= applied && version.until > applied) {
      const score = lowestScore(log, query, row, version, visible);
      if (score !== undefined) {
        count += 1;
        if (score > (best[k - 1] as number)) {
          insertBest(best, score);
        }
      }
    }
  }
  return { score: best[k - 1] as number, expected: Math.min(k, count) };
}
