import type { MetricId } from '../harness/contract/metrics.ts';
import { signedPercent } from './numbers.ts';

/** What a search and its index cost, in the order in which every format shows it. */
export const costMetrics = [
  'fan-out',
  'requests-per-query',
  'search-request-bytes',
  'search-response-bytes',
  'vector-resident-bytes',
  'resident-bytes',
  'indexing-seconds-per-1k',
] as const satisfies readonly MetricId[];

/** How far a prediction lies from the measured value, as signed per cent of the measured one; undefined where that is 0. */
export function predictionError(predictedMs: number, measuredMs: number): string | undefined {
  return measuredMs > 0 ? `${signedPercent(predictedMs / measuredMs - 1)} %` : undefined;
}
