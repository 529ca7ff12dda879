import { hybridBar, type ScoreRange, type Tolerance } from './hybrid-bar.ts';
import type { DocumentLog, TenantLog, VersionRow } from './tenant-log.ts';
import { type CountedRows, createTermIndex } from './term-index.ts';

export interface HybridQuestion {
  readonly log: TenantLog;
  readonly text: string;
  readonly vector: Float32Array;
  /** How many hits are wanted, and how deep the lists are that are fused: the same, as in the system. */
  readonly limit: number;
  readonly applied: number;
  readonly visible: number;
}

export interface HybridJudge {
  /** Documents that were surely there. */
  readonly documents: number;
  /** Whether the version in this row of the log may have been in the answer. */
  readonly reaches: (row: number) => boolean;
}

/** Exact hybrid searches over everything that was written; terms are as rare as they are among all documents of all tenants. */
export interface HybridTruth {
  /** Takes the row that was written last into the index of terms. */
  add(log: TenantLog, content: string): void;
  judge(question: HybridQuestion): HybridJudge;
}

/** Fused scores are sums of fractions; two orders of addition differ by less than this. */
const fusedTolerance = 1e-12;

/**
 * Weights and rarities go through single precision in a vector store. A store that still counts replaced versions makes
 * terms a little more or less rare; that is a difference of its own and shows as recall below 1.
 */
const sparseTolerance = 1e-5;

export function createHybridTruth(denseTolerance: number): HybridTruth {
  const index = createTermIndex();
  const versions: VersionRow[] = [];
  const termRows = new Map<VersionRow, number>();
  const tolerance: Tolerance = { dense: denseTolerance, sparse: sparseTolerance };

  const countedAt = (sequence: number): CountedRows => {
    const has = (row: number) => {
      const version = versions[row] as VersionRow;
      return version.from <= sequence && version.until > sequence;
    };
    return { documents: versions.reduce((count, _version, row) => count + (has(row) ? 1 : 0), 0), has };
  };

  return {
    add(log, content) {
      const version = log.rows.at(-1) as VersionRow;
      termRows.set(version, index.add(content));
      versions.push(version);
    },
    judge({ log, text, vector, limit, applied, visible }) {
      const sparse = index.scores(text, countedAt(applied));
      const scoresOf = (row: number): readonly [dense: number, sparse: number] => [
        log.score(vector, row),
        sparse.get(termRows.get(log.rows[row] as VersionRow) ?? -1) ?? Number.NEGATIVE_INFINITY,
      ];
      const ranges = new Map<DocumentLog, ScoreRange>();
      let documents = 0;
      for (const [row, { from, until, document }] of log.rows.entries()) {
        const isUncertain = document.uncertain.length > 0;
        if (isUncertain || (from <= visible && until > applied)) {
          const scores = scoresOf(row);
          const isCertain = !isUncertain && from <= applied && until > visible;
          documents += isCertain ? 1 : 0;
          const known = ranges.get(document);
          ranges.set(document, {
            low: isCertain ? scores : [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
            high: known === undefined ? scores : [Math.max(known.high[0], scores[0]), Math.max(known.high[1], scores[1])],
          });
        }
      }
      const bar = hybridBar([...ranges.values()], limit, limit, tolerance);
      return { documents, reaches: (row) => bar.bestScore(...scoresOf(row)) >= bar.score - fusedTolerance };
    },
  };
}
