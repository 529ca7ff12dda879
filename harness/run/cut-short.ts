import { type CheckVerdict, type RunVerdict, runVerdictOf } from '../contract/verdict.ts';

/** Why a run is only a part of itself; `undefined` where it came to its end. */
export function partialReasonOf(signal: AbortSignal, failure: Error | undefined): string | undefined {
  if (signal.aborted) {
    return signal.reason instanceof Error ? signal.reason.message : 'interrupted';
  }
  return failure?.message;
}

/** A run that was cut short decides nothing, whatever its checks say so far. */
export function verdictOf(checks: readonly CheckVerdict[], measuredRequests: number, partialReason: string | undefined): RunVerdict {
  const verdict = runVerdictOf(checks, measuredRequests);
  return partialReason === undefined || verdict === 'no-data' ? verdict : 'inconclusive';
}
