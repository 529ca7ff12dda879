import type { TraceReader } from '../arrivals/trace/trace-format.ts';
import type { TraceRequest } from '../arrivals/trace/trace-request.ts';
import { malformed, outOfOrder, type TraceDecoder } from './format.ts';
import { lineDecoder } from './lines.ts';

/** Reads the lines of a trace as the load engine does; empty lines are accepted at the end only. */
export function requestDecoder(file: string, read: TraceReader, onRequest: (request: TraceRequest) => void): TraceDecoder {
  let blank: number | undefined;
  let beforeUs = 0;
  return lineDecoder(file, (line, number) => {
    if (line.trim() === '') {
      blank ??= number;
      return;
    }
    if (blank !== undefined) {
      throw malformed(file, `line ${blank}`, 'the line is empty');
    }
    const request = read(line, { file, line: number });
    if (request === undefined) {
      return;
    }
    if (request.atUs < beforeUs) {
      throw outOfOrder(file, `line ${number}`, request.atUs / 1e6, beforeUs / 1e6);
    }
    beforeUs = request.atUs;
    onRequest(request);
  });
}
