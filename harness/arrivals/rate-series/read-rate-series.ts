import { csvSamples } from './csv.ts';
import { prometheusSamples } from './prometheus.ts';
import { type RateSeries, rateSeries, type SeriesChoice, seriesFailure } from './rate-series.ts';

function jsonIn(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw seriesFailure(
      file,
      '(root)',
      `begins as JSON and is none: ${(cause as Error).message}`,
      'save the whole answer of a Prometheus range query, or use CSV',
    );
  }
}

/**
 * Reads requests per second over time: the JSON of a Prometheus range query where the text begins with a brace or a bracket, CSV
 * otherwise. To read one more format: a file that makes `RateSamples`, and its line here. Throws `Failure` with the file, the line
 * or JSON path, the value and a hint: what cannot be used (78), what holds no load (97).
 */
export function readRateSeries(text: string, file: string, choice: SeriesChoice): RateSeries {
  const isJson = /^\uFEFF?\s*[{[]/.test(text);
  const samples = isJson ? prometheusSamples(jsonIn(text.replace(/^\uFEFF/, ''), file), file, choice) : csvSamples(text, file, choice);
  return rateSeries(samples, file);
}
