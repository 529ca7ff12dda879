import type { TraceFormat } from '../../contract/arrivals.ts';
import { azureReader } from './azure.ts';
import { csvReader } from './csv.ts';
import { ragpulseReader } from './ragpulse.ts';
import { traceFailure } from './trace-failure.ts';
import type { TraceReader } from './trace-format.ts';
import type { TraceRequest } from './trace-request.ts';

/** Every trace format by its id. To add one: a reader beside these, its id in `traceFormatSchema`, its entry here. */
const readers: Record<TraceFormat, () => TraceReader> = {
  azure: azureReader,
  csv: csvReader,
  ragpulse: ragpulseReader,
};

/** A line this long is no trace: a binary file without line ends would otherwise be read into memory. */
const maximumLineCharacters = 1_000_000;

/** Splits text into lines as it comes; line ends may be LF or CRLF. Throws a `Failure` at a line of over a million characters. */
export async function* linesOf(chunks: AsyncIterable<string>, file: string): AsyncGenerator<string> {
  let rest = '';
  let line = 1;
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const one of lines) {
      yield one.endsWith('\r') ? one.slice(0, -1) : one;
    }
    line += lines.length;
    if (rest.length > maximumLineCharacters) {
      throw traceFailure({ file, line }, `the line has more than ${maximumLineCharacters} characters`, 'is this a text file?');
    }
  }
  if (rest !== '') {
    yield rest;
  }
}

/**
 * The requests of a trace, one at a time, so that a file of any size can be read. Empty lines are accepted at the end only.
 * Throws a `Failure` (`invalid_trace`, exit 78) with file, line, value and hint at the first line that is malformed or
 * earlier than the one before it.
 */
export async function* parseTrace(
  format: TraceFormat,
  lines: AsyncIterable<string> | Iterable<string>,
  file: string,
): AsyncGenerator<TraceRequest> {
  const read = readers[format]();
  let line = 0;
  let emptyLine: number | undefined;
  let previousUs = 0;
  for await (const text of lines) {
    line += 1;
    if (text.trim() === '') {
      emptyLine ??= line;
      continue;
    }
    if (emptyLine !== undefined) {
      throw traceFailure({ file, line: emptyLine }, 'the line is empty', 'remove it: only the end of a trace may have empty lines');
    }
    // A byte order mark is no part of the first field.
    const request = read(line === 1 ? text.replace(/^\uFEFF/, '') : text, { file, line });
    if (request === undefined) {
      continue;
    }
    if (request.atUs < previousUs) {
      throw traceFailure(
        { file, line },
        `the request is at ${request.atUs / 1e6} s, the one before it at ${previousUs / 1e6} s`,
        'sort the lines by time',
      );
    }
    previousUs = request.atUs;
    yield request;
  }
}
