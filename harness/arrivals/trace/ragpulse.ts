import { z } from 'zod';
import { problemsIn } from '../../contract/parse.ts';
import { shown, traceFailure } from './trace-failure.ts';
import type { TraceReader } from './trace-format.ts';
import type { TraceRequest } from './trace-request.ts';

const id = z.int().nonnegative();

const recordSchema = z.strictObject({
  timestamp: z.string().regex(/^\d{1,9}$/, 'must be whole seconds written as a string'),
  input_length: z.int().nonnegative(),
  output_length: z.int().nonnegative(),
  hash_ids: z.strictObject({
    sys_prompt: z.array(id),
    passages_ids: z.array(id),
    history: z.array(id),
    web_search: z.array(id),
    user_input: z.array(id).min(1),
  }),
  session_id: z.string().min(1),
});

const secondsPerWeek = 604_800;

function recordOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/**
 * RAGPulse (arXiv 2511.12979, github.com/flashserve/RAGPulse): one JSON object per line. Its seconds count from the
 * beginning of a week, and the published file holds two weeks one after the other, which the session ids show to be
 * consecutive: where the seconds fall back by more than half a week, the next week begins. A smaller step back is left for
 * the order of lines to refuse.
 */
export function ragpulseReader(): TraceReader {
  let weekBeganSeconds = 0;
  let previousSeconds = 0;
  return (line, place) => {
    const record = recordOf(line);
    if (record === undefined) {
      throw traceFailure(place, `${shown(line)} is not JSON`, 'the format ragpulse has one JSON object per line');
    }
    const parsed = recordSchema.safeParse(record);
    if (!parsed.success) {
      const problems = problemsIn(recordSchema, record).map(({ path, message }) => `${path || 'the record'}: ${message}`);
      throw traceFailure(place, problems.join('; '), 'lines are those of 0_trace.jsonl of RAGPulse');
    }
    const { timestamp, input_length, output_length, hash_ids, session_id } = parsed.data;
    const seconds = Number(timestamp);
    if (previousSeconds - seconds > secondsPerWeek / 2) {
      weekBeganSeconds += secondsPerWeek;
    }
    previousSeconds = seconds;
    return {
      atUs: (weekBeganSeconds + seconds) * 1_000_000,
      sessionKey: session_id,
      inputTokens: input_length,
      outputTokens: output_length,
      queryKey: hash_ids.user_input.join(' '),
      passageKeys: hash_ids.passages_ids.map(String),
    };
  };
}

/** All weeks laid over each other, in the order of the moment in the week. */
export function foldWeeks(requests: readonly TraceRequest[]): TraceRequest[] {
  const weekUs = secondsPerWeek * 1_000_000;
  return requests.map((request) => ({ ...request, atUs: request.atUs % weekUs })).sort((a, b) => a.atUs - b.atUs);
}
