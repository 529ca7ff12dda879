import { shown, type TracePlace, tokenCount, traceFailure } from './trace-failure.ts';
import type { TraceReader } from './trace-format.ts';

const header = 'TIMESTAMP,ContextTokens,GeneratedTokens';
const timestamp = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:\+00:00)?$/;

/** µs since 1970 without the detour over milliseconds, which would round. */
function timestampUs(text: string, place: TracePlace): number {
  const [, year, month, day, hour, minute, second, fraction = ''] = timestamp.exec(text) ?? [];
  const atMs = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  // A date such as 30 February comes out as another one.
  if (Number.isNaN(atMs) || new Date(atMs).toISOString().slice(0, 19) !== text.slice(0, 19).replace(' ', 'T')) {
    throw traceFailure(place, `TIMESTAMP is ${shown(text)}`, 'a time such as 2023-11-16 18:15:46.6805900');
  }
  return atMs * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6));
}

/**
 * The Azure LLM inference traces of 2023 and 2024 (github.com/Azure/AzurePublicDataset): CSV of the moment, the tokens of
 * the context and the tokens generated. Times count from the first request.
 */
export function azureReader(): TraceReader {
  let firstUs: number | undefined;
  return (line, place) => {
    if (place.line === 1) {
      if (line !== header) {
        throw traceFailure(place, `the header is ${shown(line)}`, `the format azure begins with ${header}`);
      }
      return undefined;
    }
    const fields = line.split(',');
    const [at, context, generated] = fields;
    if (at === undefined || context === undefined || generated === undefined || fields.length !== 3) {
      throw traceFailure(place, `${shown(line)} has ${fields.length} of 3 fields`, header);
    }
    const atUs = timestampUs(at, place);
    firstUs ??= atUs;
    return {
      atUs: atUs - firstUs,
      inputTokens: tokenCount(context, 'ContextTokens', place),
      outputTokens: tokenCount(generated, 'GeneratedTokens', place),
    };
  };
}
