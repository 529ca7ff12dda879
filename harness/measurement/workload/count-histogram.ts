/** How many keys were asked how often, most often first. */
export interface CountHistogram {
  readonly runs: readonly { readonly requests: number; readonly keys: number }[];
  readonly keys: number;
  readonly requests: number;
}

/** From entries `[requests, keys]` in any order. */
export function countHistogram(entries: Iterable<readonly [number, number]>): CountHistogram {
  const runs = [...entries]
    .filter(([requests, keys]) => requests > 0 && keys > 0)
    .map(([requests, keys]) => ({ requests, keys }))
    .sort((a, b) => b.requests - a.requests);
  return {
    runs,
    keys: runs.reduce((sum, run) => sum + run.keys, 0),
    requests: runs.reduce((sum, run) => sum + run.keys * run.requests, 0),
  };
}

export function histogramOfCounts(counts: ArrayLike<number>): CountHistogram {
  const keysByCount = new Map<number, number>();
  for (let key = 0; key < counts.length; key += 1) {
    const count = counts[key] ?? 0;
    keysByCount.set(count, (keysByCount.get(count) ?? 0) + 1);
  }
  return countHistogram(keysByCount);
}
