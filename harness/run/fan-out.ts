import type { FanOut, Spread } from '../contract/result.ts';
import { distributionOf, type SlowestOf, slowestOf } from '../measurement/order-statistic.ts';
import type { Answer } from './answers.ts';

/** What one successful search asked of the shards, and what came back. */
export interface ScatteredSearch {
  readonly asked: number;
  readonly answered: number;
  /** Of the shards that answered, ms; absent where the answer does not tell. */
  readonly shardsMs: readonly number[] | undefined;
  readonly responseBytes: number;
  readonly reranked: boolean;
}

/** What is read off one answer to a search: its hits, its evidence and its text as it came. */
export function scatteredOf({ hits, evidence, body }: Pick<Answer, 'hits' | 'evidence'> & { readonly body: string }): ScatteredSearch {
  return {
    ...evidence.shards,
    shardsMs: evidence.shards_ms,
    responseBytes: Buffer.byteLength(body),
    // Where nothing was found there is nothing to rank, and nobody is asked to.
    reranked: hits.length > 0 && evidence.stages.some(({ stage, duration_ms }) => stage === 'rerank' && duration_ms > 0),
  };
}

/** Gateway, query tier and embedding: the requests that every search causes, however the documents are placed. */
const requestsBeforeShards = 3;

/** One request to each asked shard: a hybrid search asks it for both lists at once, a routed one asks fewer shards. */
export function requestsOf({ asked, reranked }: ScatteredSearch): number {
  return requestsBeforeShards + asked + (reranked ? 1 : 0);
}

function spread(distribution: SlowestOf, sampleCount: number): Spread {
  const at = (percentile: number) => distribution.percentile(percentile);
  return { mean: distribution.mean, p50: at(50), p95: at(95), p99: at(99), sampleCount };
}

function mostFrequent(values: readonly number[]): number | undefined {
  return [...Map.groupBy(values, (value) => value)].toSorted(([, a], [, b]) => b.length - a.length)[0]?.[0];
}

/** The searches of which every asked shard answered and told its time. */
function timed(searches: readonly ScatteredSearch[]): { readonly asked: number; readonly shardsMs: readonly number[] }[] {
  return searches.flatMap(({ asked, answered, shardsMs }) =>
    shardsMs !== undefined && answered === asked && shardsMs.length === asked ? [{ asked, shardsMs }] : [],
  );
}

export interface Measured {
  readonly variant: string;
  readonly searches: readonly ScatteredSearch[];
}

/**
 * The slowest of the asked shards, measured, beside what independent shards would give: from the pooled times of this
 * variant's own shards, and from the one node of the baseline, which holds more documents but shares the machine with no
 * other. Undefined where no answer told the times of its shards.
 */
export function fanOutOf({ variant, searches }: Measured, baseline: Measured | undefined): FanOut | undefined {
  const complete = timed(searches);
  const asked = mostFrequent(complete.map((search) => search.asked));
  if (asked === undefined) {
    return undefined;
  }
  const chosen = complete.filter((search) => search.asked === asked).map(({ shardsMs }) => shardsMs);
  const single = chosen.flat();
  const slowest = chosen.map((times) => Math.max(...times));
  const ofBaseline = timed(baseline?.searches ?? []).flatMap((search) => (search.asked === 1 ? search.shardsMs : []));
  const predict = (from: 'shards' | 'baseline', of: string, samples: readonly number[]): FanOut['predictions'] =>
    samples.length === 0 ? [] : [{ from, variant: of, slowestMs: spread(slowestOf(samples, asked), samples.length) }];
  return {
    asked,
    slowestMs: spread(distributionOf(slowest), slowest.length),
    oneShardMs: spread(distributionOf(single), single.length),
    predictions:
      asked === 1
        ? []
        : [...predict('shards', variant, single), ...(baseline === undefined ? [] : predict('baseline', baseline.variant, ofBaseline))],
  };
}
