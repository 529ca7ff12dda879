import { describe, expect, it } from 'vitest';
import type { Trace } from '../arrivals/trace/trace-request.ts';
import type { TraceArrivals } from '../contract/arrivals.ts';
import { traceReplaySchema } from '../contract/trace-replay.ts';
import type { AnswerOrigin } from './ask-answers.ts';
import type { JudgedStep } from './judged-step.ts';
import type { ReplayedRequest } from './replayed-requests.ts';
import { traceReplayOf } from './trace-hours.ts';

const arrivals: TraceArrivals = { process: 'trace', file: 'folder/week.jsonl', format: 'ragpulse', questions: 'recorded' };
const hourUs = 3_600_000_000;

const traceAt = (hours: readonly number[], keys: readonly string[] = []): Trace => ({
  file: '/somewhere/week.jsonl',
  requests: hours.map((hour, place) => ({ atUs: Math.round(hour * hourUs), queryKey: keys[place] ?? `k${place}` })),
});

/** One judged repetition at this rate; only what a replay reads of it. */
const stepWith = (ratePerSecond: number, replayed: readonly ReplayedRequest[]) =>
  ({
    driven: { step: { ratePerSecond, warmUpSeconds: 0, steadySeconds: 100 } },
    quality: { replayed },
  }) as unknown as JudgedStep;

const answered = (responseMs: number, origin: AnswerOrigin = 'miss') => ({ responseMs, origin, promptTokens: 1_000, answerTokens: 200 });
const sent = (job: number, seconds: number, rest: Partial<ReplayedRequest> = {}): ReplayedRequest => ({
  job,
  intendedUs: seconds * 1e6,
  succeeded: true,
  answer: answered(100 * (job + 1)),
  question: `q${job}`,
  ...rest,
});

describe('traceReplayOf', () => {
  // Four requests over three hours at one per second: an hour of the recording takes a second.
  const trace = traceAt([10.5, 11.5, 12.5, 13.5], ['a', 'b', 'a', 'c']);
  const workload = { arrivals, mix: { ask: 1 } };

  it('maps what was sent back to the hours of the recording, quiet ones included', () => {
    const judged = [
      stepWith(1, [
        sent(0, 0, { question: 'a' }),
        sent(1, 1, { question: 'b' }),
        sent(2, 1.2, { question: 'a', answer: answered(5, 'hit') }),
        sent(3, 3, { question: 'a', answer: answered(7, 'shared') }),
      ]),
    ];
    const replay = traceReplaySchema.parse(traceReplayOf({ trace, workload, judged }));
    expect(replay).toMatchObject({ file: 'week.jsonl', questions: 'recorded', repetitions: 1, binSeconds: 3_600 });
    expect(replay.timeScale).toBeCloseTo(3_600, 9);
    expect(replay.bins.map(({ bin, arrivals: count, hits, shared }) => [bin, count, hits, shared])).toEqual([
      [10, 1, 0, 0],
      [11, 2, 1, 0],
      [12, 0, 0, 0],
      [13, 1, 0, 1],
    ]);
    expect(replay.bins[2]).not.toHaveProperty('p50Ms');
    // Two of the four questions that were sent were asked before; of those that were recorded, one.
    expect(replay.recorded.repeatedQueryShare).toBe(0.25);
    expect(replay.offered).toMatchObject({ requests: 4, spanSeconds: 3 * 3_600, repeatedQueryShare: 0.5 });
    // Tokens are those of the answers that came, not of the recording.
    expect(replay.offered).toMatchObject({ inputTokensP50: 1_000, outputTokensP50: 200 });
  });

  it('adds repetitions up, and tells failures from answers', () => {
    const { answer: _, ...lost } = sent(1, 1, { succeeded: false });
    const judged = [stepWith(1, [sent(0, 0), lost]), stepWith(1, [sent(0, 0), sent(1, 1)])];
    const replay = traceReplayOf({ trace, workload, judged });
    expect(replay?.repetitions).toBe(2);
    expect(replay?.bins).toMatchObject([
      { bin: 10, arrivals: 2, succeeded: 2, answers: 2, p50Ms: 100 },
      { bin: 11, arrivals: 2, succeeded: 1, answers: 1, p50Ms: 200, p95Ms: 200 },
    ]);
    expect(replay?.offered.requests).toBe(2);
  });

  it('lays later weeks over the first, and shows a short recording by the minute', () => {
    const weeks = traceAt([1, 169, 170, 171]);
    const long = traceReplayOf({ trace: weeks, workload, judged: [stepWith(1, [sent(0, 0), sent(1, 168 / (170 / 3) + 0.001)])] });
    expect(long?.bins.map(({ bin, arrivals: count }) => [bin, count])).toEqual([[1, 2]]);
    const minutes = traceReplayOf({ trace: traceAt([0, 0.05, 0.1]), workload, judged: [stepWith(1, [sent(0, 0), sent(1, 1)])] });
    expect(minutes).toMatchObject({ binSeconds: 60, bins: [{ bin: 0 }, { bin: 1 }, { bin: 2 }, { bin: 3 }] });
  });

  it('has nothing to say where nothing was replayed', () => {
    expect(traceReplayOf({ trace, workload: { ...workload, arrivals: 'poisson' }, judged: [stepWith(1, [sent(0, 0)])] })).toBeUndefined();
    expect(traceReplayOf({ trace, workload, judged: [] })).toBeUndefined();
    expect(traceReplayOf({ trace, workload, judged: [stepWith(1, [])] })).toBeUndefined();
  });
});
