import { nearest } from '../../contract/parse.ts';
import { shown, type TracePlace, tokenCount, traceFailure } from './trace-failure.ts';
import type { TraceReader } from './trace-format.ts';
import type { TraceRequest } from './trace-request.ts';

const columns = ['atSeconds', 'sessionKey', 'inputTokens', 'outputTokens', 'queryKey', 'passageKeys'] as const;
type Column = (typeof columns)[number];
const isColumn = (name: string): name is Column => (columns as readonly string[]).includes(name);

function columnsOf(line: string, place: TracePlace): Column[] {
  const names = line.split(',').map((name) => name.trim());
  for (const [index, name] of names.entries()) {
    if (!isColumn(name)) {
      const suggestion = nearest(name, columns);
      throw traceFailure(
        place,
        `unknown column ${shown(name)}`,
        suggestion === undefined ? `columns are ${columns.join(', ')}` : `did you mean "${suggestion}"?`,
      );
    }
    if (names.indexOf(name) !== index) {
      throw traceFailure(place, `column ${shown(name)} is there twice`, 'name each column once');
    }
  }
  if (!names.includes('atSeconds')) {
    throw traceFailure(place, `the header ${shown(line)} has no atSeconds`, 'the format csv begins with the names of its columns');
  }
  return names as Column[];
}

type Fields = Partial<{ -readonly [Field in keyof TraceRequest]: TraceRequest[Field] }>;

/** Puts the text of a column into the request; an empty text means that it is not known. */
const readColumn: Record<Column, (request: Fields, text: string, place: TracePlace) => void> = {
  atSeconds(request, text, place) {
    if (!/^\d{1,10}(\.\d+)?$/.test(text)) {
      throw traceFailure(place, `atSeconds is ${shown(text)}`, 'seconds from 0 in decimal, such as 12.5');
    }
    request.atUs = Math.round(Number(text) * 1_000_000);
  },
  sessionKey(request, text) {
    request.sessionKey = text;
  },
  inputTokens(request, text, place) {
    request.inputTokens = tokenCount(text, 'inputTokens', place);
  },
  outputTokens(request, text, place) {
    request.outputTokens = tokenCount(text, 'outputTokens', place);
  },
  queryKey(request, text) {
    request.queryKey = text;
  },
  passageKeys(request, text) {
    request.passageKeys = text.split(/[ ;]+/).filter((key) => key !== '');
  },
};

/**
 * Comma-separated values without quotation, first the names of the columns: `atSeconds`, and any of the other fields of
 * `TraceRequest` by their names. Passages are separated by spaces or semicolons.
 */
export function csvReader(): TraceReader {
  let order: readonly Column[] = [];
  return (line, place) => {
    if (place.line === 1) {
      order = columnsOf(line, place);
      return undefined;
    }
    if (line.includes('"')) {
      throw traceFailure(place, `${shown(line)} has quotation marks`, 'write fields without quotation marks and commas');
    }
    const fields = line.split(',');
    if (fields.length !== order.length) {
      throw traceFailure(place, `${shown(line)} has ${fields.length} of ${order.length} fields`, order.join(','));
    }
    const request: Fields = {};
    for (const [index, column] of order.entries()) {
      const text = fields[index]?.trim() ?? '';
      if (text !== '' || column === 'atSeconds') {
        readColumn[column](request, text, place);
      }
    }
    return { ...request, atUs: request.atUs ?? 0 };
  };
}
