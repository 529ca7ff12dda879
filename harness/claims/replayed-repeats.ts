import type { ResultVariant } from '../contract/result.ts';
import type { ReplayBin, TraceReplay } from '../contract/trace-replay.ts';
import type { Findings } from './judge.ts';

export type Replayed = ResultVariant & { readonly traceReplay: TraceReplay };

const isReplayed = (variant: ResultVariant): variant is Replayed => variant.traceReplay !== undefined;

/** Variants that replay a recording into a system that keeps exact answers, by where their questions come from. */
export function replayedWithCache({ variants }: Findings, questions: TraceReplay['questions']): Replayed[] {
  return variants.filter(isReplayed).filter(({ traceReplay, topology }) => {
    return traceReplay.questions === questions && topology.cache?.answers !== undefined;
  });
}

interface Spared {
  readonly spared: number;
  readonly answers: number;
}

/**
 * Answers that were not made afresh. An answer shared in flight counts as a hit: a replay is faster than its recording, and what
 * came long after the first answer there comes while it is being made here.
 */
export function sparedIn(bins: readonly ReplayBin[]): Spared {
  return bins.reduce((sum, { hits, shared, answers }) => ({ spared: sum.spared + hits + shared, answers: sum.answers + answers }), {
    spared: 0,
    answers: 0,
  });
}
