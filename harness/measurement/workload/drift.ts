import type { RandomStream } from '../../../system/policies/random-stream.ts';

const windowCount = 10;
/** Fewer requests in a window name no popular keys. */
const leastPerWindow = 100;
const mostTopKeys = 100;

interface Turnover {
  /** Share of the most popular keys of a window that are among those of the next, mean over the windows. */
  readonly topKept: number;
  /** Share of the distinct keys of a window that were asked in the window before. */
  readonly workingSetKept: number;
  /** Mean change of rank of the keys that stay among the most popular. */
  readonly rankChange: number | undefined;
}

export interface Drift {
  readonly windows: number;
  readonly requestsPerWindow: number;
  readonly topKeys: number;
  readonly observed: Turnover;
  /** The same for the same requests in random order: what chance alone changes from window to window. */
  readonly shuffled: Turnover;
}

/** The keys of a part of the trace, most asked first; equal counts by key, so that the order is the same everywhere. */
function ranked(keys: ArrayLike<number>, from: number, to: number): number[] {
  const counts = new Map<number, number>();
  for (let index = from; index < to; index += 1) {
    const key = keys[index] ?? 0;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].sort(([keyA, a], [keyB, b]) => b - a || keyA - keyB).map(([key]) => key);
}

function turnover(keys: ArrayLike<number>, perWindow: number, topKeys: number): Turnover {
  const windows = Array.from({ length: windowCount }, (_, window) => ranked(keys, window * perWindow, (window + 1) * perWindow));
  let topKept = 0;
  let workingSetKept = 0;
  let moved = 0;
  let stayed = 0;
  for (const [place, window] of windows.entries()) {
    const before = windows[place - 1];
    if (before === undefined) {
      continue;
    }
    const rankBefore = new Map(before.slice(0, topKeys).map((key, rank) => [key, rank]));
    const everything = new Set(before);
    const top = window.slice(0, topKeys);
    const kept = top.filter((key) => rankBefore.has(key));
    topKept += kept.length / top.length;
    workingSetKept += window.filter((key) => everything.has(key)).length / window.length;
    for (const [rank, key] of top.entries()) {
      const was = rankBefore.get(key);
      if (was !== undefined) {
        moved += Math.abs(rank - was);
        stayed += 1;
      }
    }
  }
  const steps = windowCount - 1;
  return { topKept: topKept / steps, workingSetKept: workingSetKept / steps, rankChange: stayed === 0 ? undefined : moved / stayed };
}

/**
 * How much of what is popular stays so: ten windows of equally many requests, each compared with the one before, and the
 * same for a shuffled trace, because small windows differ by chance. Undefined below 100 requests per window.
 */
export function driftOf(keys: Uint32Array, random: RandomStream): Drift | undefined {
  const perWindow = Math.floor(keys.length / windowCount);
  if (perWindow < leastPerWindow) {
    return undefined;
  }
  const topKeys = Math.min(mostTopKeys, Math.floor(perWindow / 10));
  const shuffled = keys.slice();
  for (let index = shuffled.length - 1; index > 0; index -= 1) {
    const other = random.below(index + 1);
    [shuffled[index], shuffled[other]] = [shuffled[other] ?? 0, shuffled[index] ?? 0];
  }
  return {
    windows: windowCount,
    requestsPerWindow: perWindow,
    topKeys,
    observed: turnover(keys, perWindow, topKeys),
    shuffled: turnover(shuffled, perWindow, topKeys),
  };
}
