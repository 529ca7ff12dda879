import { randomStream } from '../../../system/policies/random-stream.ts';
import { Failure } from '../../contract/failure.ts';
import { createZipf } from '../../corpus/zipf.ts';
import type { Trace } from '../../simulation/cache-replay/trace.ts';
import { TraceCollector } from '../../simulation/cache-replay/trace-collector.ts';
import { readTrace } from '../../traces/read-trace.ts';
import type { CacheReplayOptions, DrawnKeys } from './options.ts';

/** Requests × policies × sizes that are replayed without sampling: some ten seconds of work. */
const operationsBudget = 80_000_000;
/** Even with every policy at many sizes no sample is made smaller than this. */
const leastSampleRequests = 400_000;
/** A sample of fewer keys decides nothing. */
const leastSampledKeys = 100;
/** Progress up to which the trace is being read. */
export const readShare = 0.3;

export interface LoadedTrace {
  readonly trace: Trace;
  readonly compression: 'none' | 'zstd' | 'gzip';
}

/**
 * Streams the trace into memory, all of it or, beyond the budget, every request of a share of its keys. Throws `Failure`:
 * malformed, out of order, cut off, without what was asked of it (78), empty or with next to nothing in its sample (97).
 */
export async function loadTrace(options: CacheReplayOptions): Promise<LoadedTrace> {
  const { file, format, policies, sizes, sample, signal, onProgress } = options;
  const collector = new TraceCollector({
    requestBudget:
      sample === 'auto'
        ? Math.max(leastSampleRequests, Math.floor(operationsBudget / (policies.length * sizes.length)))
        : Number.POSITIVE_INFINITY,
    sampleRate: typeof sample === 'number' ? sample : 1,
  });
  const { drawnKeys } = options;
  const compression = await readTrace(
    {
      file,
      format,
      drawKey: drawnKeys && keyDrawer(drawnKeys, options.seed),
      signal,
      onProgress: (read, total) => onProgress((read / total) * readShare, `reading, ${collector.requests} requests`),
    },
    collector,
  );
  const trace = collector.finish();
  check(trace, options);
  return { trace, compression };
}

function check({ totals, keys, sampleRate, sizeBytes, timeSeconds }: Trace, { file, limit, lifetime }: CacheReplayOptions): void {
  if (totals.requests === 0) {
    throw new Failure('noData', 'empty_trace', `${file} holds no request`, { hint: 'nothing can be said of an empty trace' });
  }
  if (sampleRate < 1 && keys < leastSampledKeys) {
    throw new Failure('noData', 'sample_too_small', `a sample of ${sampleRate} of the keys of ${file} holds ${keys} keys`, {
      hint: `a larger --sample, or --sample none; at least ${leastSampledKeys} keys are needed`,
    });
  }
  if (limit === 'bytes' && sizeBytes === undefined) {
    throw new Failure('configuration', 'trace_without_sizes', `${file} tells no sizes, so a limit by bytes means nothing`, {
      hint: 'limit --by entries, or use a trace with sizes',
    });
  }
  if (lifetime !== undefined && timeSeconds === undefined) {
    throw new Failure('configuration', 'trace_without_times', `${file} tells no times, so keys cannot expire`, {
      hint: 'leave out --ttl, or use a trace with times',
    });
  }
}

/** Zipf over a number of keys, and for a share of the requests a key that never comes again. */
function keyDrawer({ keys, exponent, neverRepeatedShare }: DrawnKeys, seed: number): () => string {
  const zipf = createZipf(keys, exponent);
  const random = randomStream(seed, 'cache-replay:drawn-keys');
  let unique = 0;
  return () => {
    if (random.uniform() < neverRepeatedShare) {
      unique += 1;
      return `once-${unique}`;
    }
    return `key-${zipf.rankAt(random.uniform())}`;
  };
}
