/** What a request of a trace tells beside its key. */
export interface TraceColumns {
  readonly time: boolean;
  readonly size: boolean;
  readonly tokens: boolean;
  readonly seconds: boolean;
}

/** Sums over every request of the trace, sampled or not. */
export interface TraceTotals {
  readonly requests: number;
  readonly bytes: number;
  readonly tokens: number;
  readonly seconds: number;
}

/**
 * The requests of a trace by columns, with keys as whole numbers from 0. At `sampleRate` 1 it is the whole trace; below,
 * it holds every request of a share of the keys (spatial sampling), and figures are scaled back by whoever reads it.
 */
export interface Trace {
  /** Requests that are held. */
  readonly requests: number;
  /** Distinct keys that are held. */
  readonly keys: number;
  readonly key: Uint32Array;
  /** Seconds since the first request of the trace. */
  readonly timeSeconds: Float64Array | undefined;
  readonly sizeBytes: Float64Array | undefined;
  /** What a miss costs at the provider: tokens, and seconds. */
  readonly tokens: Float64Array | undefined;
  readonly seconds: Float64Array | undefined;
  /** Which of the `subsampleCount` disjoint subsamples each key belongs to. */
  readonly subsample: Uint8Array;
  readonly sampleRate: number;
  /** Of the whole trace. */
  readonly totals: TraceTotals;
  /** Seconds from the first request of the whole trace to its last; 0 where it has no times. */
  readonly spanSeconds: number;
}

/** Enough for a spread with seven degrees of freedom, few enough that each still holds a useful cache. */
export const subsampleCount = 8;

/** The whole trace with the requests of one subsample only; its rate is that share of the rate. */
export function subsampleOf(trace: Trace, subsample: number): Trace {
  const kept: number[] = [];
  for (let index = 0; index < trace.requests; index += 1) {
    if (trace.subsample[trace.key[index] ?? 0] === subsample) {
      kept.push(index);
    }
  }
  const dense = new Int32Array(trace.keys).fill(-1);
  let keys = 0;
  const key = Uint32Array.from(kept, (index) => {
    const before = trace.key[index] ?? 0;
    if (dense[before] === -1) {
      dense[before] = keys;
      keys += 1;
    }
    return dense[before] ?? 0;
  });
  const column = (values: Float64Array | undefined) => values && Float64Array.from(kept, (index) => values[index] ?? 0);
  return {
    ...trace,
    requests: kept.length,
    keys,
    key,
    timeSeconds: column(trace.timeSeconds),
    sizeBytes: column(trace.sizeBytes),
    tokens: column(trace.tokens),
    seconds: column(trace.seconds),
    subsample: new Uint8Array(keys).fill(subsample),
    sampleRate: trace.sampleRate / subsampleCount,
  };
}
