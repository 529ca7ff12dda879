import { maximumAnswerTokens } from '../../../system/api/headers.ts';
import type { TraceArrivals } from '../../contract/arrivals.ts';
import { Failure } from '../../contract/failure.ts';
import { parseTrace } from './parse-trace.ts';
import { foldWeeks } from './ragpulse.ts';
import type { Trace, TraceRequest } from './trace-request.ts';

/** About half a gigabyte of requests with passages. */
const maximumRequests = 1_000_000;

export type TraceSource = Pick<TraceArrivals, 'format' | 'weeks' | 'firstRequests' | 'answerLengths'>;

/**
 * Reads a trace into memory, or as much of it as is asked for. Throws a `Failure` (`invalid_trace`) for a malformed line,
 * for more than a million requests, for requests from which no rate follows (fewer than two, or all at one moment), and for one that does
 * not tell how long its answer was where that is asked for.
 */
export async function collectTrace(
  { format, weeks, firstRequests, answerLengths }: TraceSource,
  lines: AsyncIterable<string> | Iterable<string>,
  file: string,
): Promise<Trace> {
  const requests: TraceRequest[] = [];
  for await (const request of parseTrace(format, lines, file)) {
    requests.push(request);
    if (requests.length === firstRequests) {
      break;
    }
    if (requests.length > maximumRequests) {
      throw new Failure('configuration', 'invalid_trace', `${file} has more than ${maximumRequests} requests`, {
        hint: `read a part of it: firstRequests up to ${maximumRequests}`,
      });
    }
  }
  const ordered = weeks === 'folded' ? foldWeeks(requests) : requests;
  if (ordered.length < 2 || ordered.at(-1)?.atUs === ordered[0]?.atUs) {
    throw new Failure('configuration', 'invalid_trace', `${file} has ${ordered.length} requests over 0 s, which make no rate`, {
      hint: 'a trace needs two requests at different moments',
    });
  }
  if (answerLengths === 'recorded') {
    requireLengths(requests, file);
  }
  return { file, requests: ordered };
}

/** An answer has at least one token, and at most as many as a model may be asked for. */
function requireLengths(requests: readonly TraceRequest[], file: string): void {
  const place = requests.findIndex(({ outputTokens = 0 }) => outputTokens < 1 || outputTokens > maximumAnswerTokens);
  if (place >= 0) {
    const told = requests[place]?.outputTokens;
    throw new Failure(
      'configuration',
      'invalid_trace',
      `request ${place + 1} of ${file} has ${told === undefined ? 'no number of' : told} output tokens, and its answer is to be as long as recorded`,
      { hint: `from 1 to ${maximumAnswerTokens} in every request, or leave out answerLengths` },
    );
  }
}

/** Requests per second over the span of a trace: one gap per request, the last taken as long as the mean one. */
export function traceRatePerSecond({ requests }: Trace): number {
  const spanUs = (requests.at(-1)?.atUs ?? 0) - (requests[0]?.atUs ?? 0);
  return ((requests.length - 1) * 1_000_000) / spanUs;
}
