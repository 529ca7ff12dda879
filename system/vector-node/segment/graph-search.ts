import type { Matches } from '../filter/matcher.ts';
import type { StoredScalar } from '../hnsw/index-settings.ts';
import type { SearchCost } from './search-cost.ts';
import type { SearchParams } from './search-params.ts';
import type { SearchedRows } from './searched-rows.ts';
import type { TopK } from './top-k.ts';
import type { ServingIndex, VectorColumn } from './vector-column.ts';

export interface GraphSearch {
  readonly table: SearchedRows;
  readonly column: VectorColumn;
  readonly vector: Float32Array;
  readonly wanted: number;
  readonly matches: Matches | undefined;
  readonly params: SearchParams;
}

/** The Manhattan graph is ordered by Euclidean distance, so that near rows may lie farther out in it. */
const manhattanWidening = 4;
/** Candidates for each wanted point: the last of as many candidates as are wanted would mostly be wrong ones. */
const leastOversampling: Record<StoredScalar, number> = { f16: 1.5, i8: 4 };
/** Without quantization a search would err less by about as much as twice the candidates make up for. */
const ignoredQuantizationWidening = 2;
/** The far half of what a graph search returns is the half that misses rows. */
const trustedShare = 0.5;
/** Candidates that are compared by their full vectors for each wanted point, where halves order them closely. */
const closelyCompared = 4;
/**
 * A filtered search is made so wide that this part of the width without a filter passes: more than the trusted half of it but for chance. With
 * 1.2 times the width, a search for one tenant of four took 1.4 times as long in the graph and found nothing more.
 */
const passingShareOfBase = 0.7;
const wideningAfterStarving = 4;

/** Width of a search that no filter and no tombstone thins out. */
function baseWidth({ index }: ServingIndex, { column, wanted, params }: GraphSearch): number {
  const { settings } = index;
  const ef = Math.max(params.hnswEf ?? settings.efConstruct, Math.ceil(wanted * leastOversampling[settings.scalar]));
  if (column.distance === 'Manhattan') {
    return ef * manhattanWidening;
  }
  if (settings.scalar !== 'i8') {
    return ef;
  }
  return params.quantization.ignore ? ef * ignoredQuantizationWidening : Math.max(ef, Math.ceil(wanted * params.quantization.oversampling));
}

/** Halves order nearly as full vectors do, so that a row far behind the wanted ones cannot be one of them. */
function isOrderedClosely({ distance }: VectorColumn, scalar: StoredScalar): boolean {
  return scalar === 'f16' && (distance === 'Cosine' || distance === 'Euclid');
}

/**
 * Offers what a search of the graph finds, each compared by its full vector. The graph knows neither filters nor tombstones: it is
 * searched wider by the share that they let through, and again when it starves. False when comparing with every candidate costs
 * less or the graph has too few rows; what was offered is then not enough. See docs/adr/0008-hnsw-segments.md.
 */
export function searchGraph(search: GraphSearch, cost: SearchCost, best: TopK): boolean {
  const { table, column, vector, wanted, matches, params } = search;
  const { serving } = column;
  if (serving === undefined) {
    return false;
  }
  const { index, slots } = serving;
  const base = baseWidth(serving, search);
  const enough = Math.max(wanted, Math.ceil(base * trustedShare));
  const passing = (slots.liveCount / slots.size) * cost.share;
  let width = Math.max(base, Math.ceil((base / passing) * passingShareOfBase));
  const takesFirst = index.settings.scalar === 'i8' && !params.quantization.rescore;
  while (width < slots.size && cost.graphNs(width) < cost.exactNs) {
    const found = index.nearestSlots(vector, width);
    const rows: number[] = [];
    for (let at = 0; at < found.length; at += 1) {
      const row = slots.rowOf(found[at] as number);
      if (row >= 0 && (matches === undefined || matches(table.payloadOf(row), row))) {
        rows.push(row);
      }
    }
    if (rows.length >= Math.min(enough, slots.liveCount)) {
      const compared = takesFirst ? wanted : isOrderedClosely(column, index.settings.scalar) ? wanted * closelyCompared : rows.length;
      for (const row of rows.slice(0, Math.max(wanted, compared))) {
        best.offer(column.similarity(vector, row), row);
      }
      return true;
    }
    width *= wideningAfterStarving;
  }
  return false;
}
