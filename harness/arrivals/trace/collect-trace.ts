import type { TraceArrivals } from '../../contract/arrivals.ts';
import { Failure } from '../../contract/failure.ts';
import { parseTrace } from './parse-trace.ts';
import { foldWeeks } from './ragpulse.ts';
import type { Trace, TraceRequest } from './trace-request.ts';

/** About half a gigabyte of requests with passages. */
const maximumRequests = 1_000_000;

export type TraceSource = Pick<TraceArrivals, 'format' | 'weeks' | 'firstRequests'>;

/**
 * Reads a trace into memory, or as much of it as is asked for. Throws a `Failure` (`invalid_trace`) for a malformed line,
 * for more than a million requests, and for requests from which no rate follows: fewer than two, or all at one moment.
 */
export async function collectTrace(
  { format, weeks, firstRequests }: TraceSource,
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
  return { file, requests: ordered };
}

/** Requests per second over the span of a trace: one gap per request, the last taken as long as the mean one. */
export function traceRatePerSecond({ requests }: Trace): number {
  const spanUs = (requests.at(-1)?.atUs ?? 0) - (requests[0]?.atUs ?? 0);
  return ((requests.length - 1) * 1_000_000) / spanUs;
}
