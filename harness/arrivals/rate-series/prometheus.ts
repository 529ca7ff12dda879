import { Failure } from '../../contract/failure.ts';
import { nearest } from '../../contract/parse.ts';
import { emptySeries, type RateSamples, rateIn, type SeriesChoice, seriesFailure, shown } from './rate-series.ts';

/**
 * The answer of Prometheus to a range query. Facts from https://prometheus.io/docs/prometheus/latest/querying/api/: `resultType`
 * is matrix, every series has its labels in `metric` and its samples in `values`, each [Unix seconds, "value"].
 */

const rangeQueryHint = 'save the answer of /api/v1/query_range?query=…&start=…&end=…&step=…';

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Labels as Prometheus writes them: `name{job="rag"}`, in the order of their names. */
function labelText(metric: Fields): string {
  const { __name__: name = '', ...labels } = metric;
  const pairs = Object.entries(labels)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return `${String(name)}{${pairs.join(',')}}`;
}

const selector = /^\s*([a-zA-Z_:][\w:]*)?\s*(?:\{(.*)\})?\s*$/s;
const bareSelector = /^\s*[a-zA-Z_]\w*\s*=/;
const pair = /\s*([a-zA-Z_]\w*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^",{}]*))\s*(?:,|$)/sy;

/** Labels that a series must have to be the one that is named: `name{a="b"}`, `{a="b"}`, `a=b` or a name alone. */
function wantedLabels(text: string): Record<string, string> | undefined {
  const [match, name, inside = ''] = bareSelector.test(text) ? [text, undefined, text] : (selector.exec(text) ?? []);
  if (match === undefined) {
    return undefined;
  }
  const labels: Record<string, string> = name === undefined ? {} : { __name__: name };
  pair.lastIndex = 0;
  while (pair.lastIndex < inside.trimEnd().length) {
    const found = pair.exec(inside);
    if (found === null) {
      return undefined;
    }
    labels[found[1] ?? ''] = found[2]?.replaceAll(/\\(.)/g, '$1') ?? (found[3] ?? '').trim();
  }
  return labels;
}

interface Series {
  readonly place: string;
  readonly labels: Fields;
  readonly values: readonly unknown[];
}

function seriesIn(value: unknown, index: number, file: string): Series {
  const place = `data.result[${index}]`;
  if (!isFields(value) || !isFields(value.metric)) {
    throw seriesFailure(file, place, `is ${shown(value)}, which is no series with its labels in "metric"`, rangeQueryHint);
  }
  const { metric, values, histograms } = value;
  if (!Array.isArray(values)) {
    throw seriesFailure(
      file,
      `${place}.values`,
      histograms === undefined ? `is ${shown(values)}, and a list of samples is wanted` : 'is missing, because this is a histogram',
      histograms === undefined ? rangeQueryHint : 'query its rate: histogram_count(rate(…[1m]))',
    );
  }
  return { place, labels: metric, values };
}

/** The series that are meant. Throws where none or several are and nothing says which. */
function chosen(all: readonly Series[], { series, sum = false }: SeriesChoice, file: string): readonly Series[] {
  const names = all.map(({ labels }) => labelText(labels));
  const listed = `${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`;
  if (series === undefined) {
    if (all.length > 1 && !sum) {
      throw new Failure('configuration', 'several_series', `${file}, data.result: holds ${all.length} series: ${listed}`, {
        hint: 'name one with --series, add them up with --sum, or aggregate them in the query: sum(rate(…[1m]))',
      });
    }
    return all;
  }
  const wanted = wantedLabels(series);
  const found = all.filter(
    ({ labels }) => wanted !== undefined && Object.entries(wanted).every(([label, value]) => labels[label] === value),
  );
  if (found.length !== 1) {
    const suggestion = found.length === 0 ? nearest(series, names) : undefined;
    throw new Failure(
      'configuration',
      'unknown_series',
      `${file}, data.result: ${shown(series)} names ${found.length} of its ${all.length} series`,
      {
        hint: `${suggestion === undefined ? '' : `did you mean ${suggestion}? `}series: ${listed}`,
      },
    );
  }
  return found;
}

function sampleIn(value: unknown, place: string, file: string): { readonly ms: number; readonly rate: number } {
  if (!Array.isArray(value) || value.length !== 2) {
    throw seriesFailure(file, place, `is ${shown(value)}, and a sample is [Unix seconds, "value"]`, rangeQueryHint);
  }
  const [seconds, rate] = value as [unknown, unknown];
  // Beyond this, seconds are the milliseconds of somebody who converted them.
  if (typeof seconds !== 'number' || !(seconds >= 0 && seconds < 1e11)) {
    throw seriesFailure(file, `${place}[0]`, `is ${shown(seconds)}, which are no Unix seconds`, rangeQueryHint);
  }
  if (typeof rate !== 'string') {
    throw seriesFailure(file, `${place}[1]`, `is ${shown(rate)}, and Prometheus writes values as strings`, rangeQueryHint);
  }
  return { ms: Math.round(seconds * 1000), rate: rateIn(rate, 'the value', file, place) };
}

/** Throws unless a further series has its samples at the times of the first: a sum would otherwise fall where one is missing. */
function mustAgree(timesMs: readonly number[], first: Series, other: Series, file: string): void {
  for (let index = 0; index < Math.max(timesMs.length, other.values.length); index += 1) {
    const place = `${other.place}.values[${index}]`;
    const ms = index < other.values.length ? sampleIn(other.values[index], place, file).ms : undefined;
    if (ms !== timesMs[index]) {
      throw seriesFailure(
        file,
        place,
        `is at ${ms === undefined ? 'no time' : `${ms / 1000} s`}, where ${first.place} is at ${timesMs[index] === undefined ? 'no time' : `${(timesMs[index] ?? 0) / 1000} s`}`,
        'only series with samples at the same times can be added up: let the query do it, sum(rate(…[1m]))',
      );
    }
  }
}

/** The list of series of an answer. Throws where it is the answer to something else, or an error. */
function resultOf(document: unknown, file: string): readonly unknown[] {
  if (!isFields(document)) {
    throw seriesFailure(file, '(root)', `is ${shown(document)}, and an object with "status" and "data" is wanted`, rangeQueryHint);
  }
  const { status, data, errorType, error } = document;
  if (status !== 'success') {
    const why = error === undefined ? '' : `, ${shown(errorType)}: ${shown(error)}`;
    throw seriesFailure(
      file,
      'status',
      `is ${shown(status)}${why}`,
      `only the answer to a query that succeeded can be read; ${rangeQueryHint}`,
    );
  }
  if (!isFields(data)) {
    throw seriesFailure(file, 'data', `is ${shown(data)}, and an object is wanted`, rangeQueryHint);
  }
  const { resultType, result } = data;
  if (resultType !== 'matrix') {
    throw seriesFailure(
      file,
      'data.resultType',
      `is ${shown(resultType)}, and "matrix" is wanted`,
      resultType === 'vector' || resultType === 'scalar' ? `an instant query tells of one moment only: ${rangeQueryHint}` : rangeQueryHint,
    );
  }
  if (!Array.isArray(result)) {
    throw seriesFailure(file, 'data.result', `is ${shown(result)}, and a list of series is wanted`, rangeQueryHint);
  }
  return result;
}

/** The samples of one series of a range query, or the sum of all. Throws `Failure`: malformed (78), an empty result (97). */
export function prometheusSamples(document: unknown, file: string, choice: SeriesChoice): RateSamples {
  const result = resultOf(document, file);
  if (result.length === 0) {
    throw emptySeries(file, 'holds an empty data.result: the query found no series', 'look at the query and its time range');
  }
  const all = chosen(
    result.map((value, index) => seriesIn(value, index, file)),
    choice,
    file,
  );
  const [first] = all as [Series];
  const placeOf = (index: number) => `${first.place}.values[${index}]`;
  const samples = first.values.map((value, index) => sampleIn(value, placeOf(index), file));
  const timesMs = samples.map(({ ms }) => ms);
  const ratesPerSecond = samples.map(({ rate }) => rate);
  for (const other of all.slice(1)) {
    mustAgree(timesMs, first, other, file);
    for (const [index, value] of other.values.entries()) {
      ratesPerSecond[index] = (ratesPerSecond[index] ?? 0) + sampleIn(value, `${other.place}.values[${index}]`, file).rate;
    }
  }
  const which = all.length === 1 ? labelText(first.labels) : `sum of ${all.length} series`;
  return { origin: `Prometheus range query, ${which}`, timesMs, ratesPerSecond, placeOf };
}
