import { z } from 'zod';
import { traceFormatSchema } from './arrivals.ts';
import { count, nonNegative, share } from './common.ts';

/** A recording in its published terms; what it does not tell is absent. */
const traceFiguresSchema = z.strictObject({
  requests: count,
  spanSeconds: nonNegative,
  /** Over all hours from that of the first request to that of the last. */
  meanPerHour: nonNegative,
  peakPerHour: count,
  peakToMean: nonNegative.optional(),
  /** Median over its minutes of the coefficient of variation of the gaps. */
  gapCvPerMinute: nonNegative.optional(),
  repeatedQueryShare: share.optional(),
  repeatedPassageShare: share.optional(),
  inputTokensP50: count.optional(),
  outputTokensP50: count.optional(),
});
export type TraceFigures = z.infer<typeof traceFiguresSchema>;

const replayBinSchema = z.strictObject({
  /** Counted from the beginning of the recording; the hour of the week where bins are hours. */
  bin: count,
  arrivals: count,
  succeeded: count,
  /** Successful asks; the counts and times below are theirs. */
  answers: count,
  /** Answered from the cache. */
  hits: count,
  /** Waited for the answer that was being made for an equal question. */
  shared: count,
  p50Ms: nonNegative.optional(),
  p95Ms: nonNegative.optional(),
});
export type ReplayBin = z.infer<typeof replayBinSchema>;

/** What was replayed, and what became of it by the clock of the recording: intended starts, mapped back by the time scale. */
export const traceReplaySchema = z.strictObject({
  /** Without its folder. */
  file: z.string(),
  format: traceFormatSchema,
  weeks: z.enum(['consecutive', 'folded']).optional(),
  questions: z.enum(['recorded', 'drawn']),
  /** Absent in results that were written before it could be chosen. */
  answerLengths: z.enum(['recorded', 'drawn']).optional(),
  /** How much faster than recorded. */
  timeScale: z.number().positive(),
  repetitions: z.int().positive(),
  recorded: traceFiguresSchema,
  /** The same figures of the requests that were sent in one judged repetition; tokens are those of their answers. */
  offered: traceFiguresSchema,
  /** Width of a bin in recorded time, s. */
  binSeconds: z.number().positive(),
  /** Over all valid judged repetitions. */
  bins: z.array(replayBinSchema).max(200),
});
export type TraceReplay = z.infer<typeof traceReplaySchema>;
