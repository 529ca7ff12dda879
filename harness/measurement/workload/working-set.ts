export interface WorkingSetPoint {
  /** Where the window ends, as a share of the requests. */
  readonly requestShare: number;
  /** Seconds since the first request; absent without times. */
  readonly seconds: number | undefined;
  /** Distinct keys of the window. */
  readonly distinct: number;
  /** Distinct keys from the beginning. */
  readonly cumulative: number;
}

const windowCount = 40;

/** Distinct keys in windows of equally many requests, and from the beginning; scaled by 1 ÷ `sampleRate`. */
export function workingSetOf(keys: Uint32Array, sampleRate: number, timeSeconds: Float64Array | undefined): WorkingSetPoint[] {
  const windows = Math.min(windowCount, keys.length);
  const seen = new Set<number>();
  return Array.from({ length: windows }, (_, window) => {
    const from = Math.floor((window * keys.length) / windows);
    const to = Math.floor(((window + 1) * keys.length) / windows);
    const inWindow = new Set(keys.subarray(from, to));
    for (const key of inWindow) {
      seen.add(key);
    }
    return {
      requestShare: to / keys.length,
      seconds: timeSeconds?.[to - 1],
      distinct: Math.round(inWindow.size / sampleRate),
      cumulative: Math.round(seen.size / sampleRate),
    };
  });
}
