import { compileFilter } from '../filter/matcher.ts';
import type { CandidatePlan } from './candidates.ts';
import type { SearchedRows } from './searched-rows.ts';
import type { VectorColumn } from './vector-column.ts';

/* Measured on one x86-64 core at 96 to 1536 dimensions. Only their ratios matter: they decide between two right ways. */
const nativeRowNs = (size: number) => 15 + 0.1 * size;
const comparedRowNs = (size: number) => 40 + 0.4 * size;
const graphStepNs = (size: number) => 300 + 1.5 * size;
const filteredRowNs = 100;
const sampledRows = 256;

/** What the two ways of answering a search cost, and how many points they have to find. */
export interface SearchCost {
  /** Share of the points that the filter lets through. */
  readonly share: number;
  /** Comparing with every candidate. */
  readonly exactNs: number;
  /** A graph search of so many steps. */
  graphNs(steps: number): number;
}

/** Share of the candidates that pass what is left of the filter, from a sample. */
function passingShare(table: SearchedRows, column: VectorColumn, { rows, rest }: CandidatePlan): number {
  if (rest === undefined) {
    return 1;
  }
  const matches = compileFilter(rest, table);
  let asked = 0;
  let passed = 0;
  const ask = (row: number) => {
    asked += 1;
    passed += matches(table.payloadOf(row), row) ? 1 : 0;
  };
  if (rows === undefined) {
    const step = Math.max(1, table.rowCount / sampledRows);
    for (let at = 0; at < table.rowCount; at += step) {
      const row = Math.floor(at);
      if (column.has(row)) {
        ask(row);
      }
    }
  } else {
    for (const row of rows) {
      ask(row);
      if (asked === sampledRows) {
        break;
      }
    }
  }
  return asked === 0 ? 0 : passed / asked;
}

/** Estimates a search: with an index on the payload the number of candidates is known, what is left of the filter is sampled. */
export function estimateCost(table: SearchedRows, column: VectorColumn, plan: CandidatePlan | undefined): SearchCost {
  const { size } = column;
  if (plan === undefined) {
    // The library scans by all distances but this one.
    const scannedRowNs = column.distance === 'Manhattan' ? comparedRowNs(size) : nativeRowNs(size);
    return { share: 1, exactNs: column.count * scannedRowNs, graphNs: (steps) => steps * graphStepNs(size) };
  }
  const candidates = plan.rows?.size ?? table.pointCount;
  const passing = candidates * passingShare(table, column, plan);
  const askedNs = plan.rest === undefined ? 0 : candidates * filteredRowNs;
  const isSmall = plan.rows !== undefined && passing * size * Float32Array.BYTES_PER_ELEMENT <= column.thresholds.fullScanBytes;
  return {
    share: table.pointCount === 0 ? 0 : passing / table.pointCount,
    exactNs: isSmall ? 0 : askedNs + passing * comparedRowNs(size),
    graphNs: (steps) => steps * (graphStepNs(size) + filteredRowNs),
  };
}
