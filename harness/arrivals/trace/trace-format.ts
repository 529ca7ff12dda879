import type { TracePlace } from './trace-failure.ts';
import type { TraceRequest } from './trace-request.ts';

/**
 * Reads the lines of one file in order. It may remember what it read, such as the header, and gives nothing for a line
 * that holds no request. Throws a `Failure` (`invalid_trace`) for a line that it cannot use.
 */
export type TraceReader = (line: string, place: TracePlace) => TraceRequest | undefined;
