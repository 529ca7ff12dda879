import type { TraceFormat } from '../format.ts';
import { azureFormat } from './azure.ts';
import { csvFormat } from './csv.ts';
import { keysFormat } from './keys.ts';
import { oracleGeneralFormat } from './oracle-general.ts';
import { ragPulsePassagesFormat, ragPulseQueriesFormat } from './ragpulse.ts';

export const traceFormatIds = ['csv', 'keys', 'ragpulse-passages', 'ragpulse-queries', 'azure', 'oracle-general'] as const;
export type TraceFormatId = (typeof traceFormatIds)[number];

/** Every trace format by its id, each also zstd- or gzip-compressed. */
export const traceFormats: Record<TraceFormatId, TraceFormat> = {
  csv: csvFormat,
  keys: keysFormat,
  'ragpulse-passages': ragPulsePassagesFormat,
  'ragpulse-queries': ragPulseQueriesFormat,
  azure: azureFormat,
  'oracle-general': oracleGeneralFormat,
};
