import { Failure } from '../../contract/failure.ts';
import { nearest } from '../../contract/parse.ts';
import { fieldsOf } from '../../traces/csv-fields.ts';
import { type RateSamples, rateIn, type SeriesChoice, seriesFailure, shown } from './rate-series.ts';
import { type TimeFormat, timeIn } from './time.ts';

/** Names by which the columns are known, whatever their case. */
export const timeColumns = ['time', 'timestamp', 'ts', 'datetime'] as const;
export const rateColumns = ['rate', 'rate_per_second', 'requests_per_second', 'rps', 'qps', 'value'] as const;

const headHint = `the first line names the columns, the time by one of ${timeColumns.join(', ')} and the rate per second by one of ${rateColumns.join(', ')}`;

/** A line that cannot be taken apart. */
const broken = (file: string, place: string) => (problem: string) =>
  seriesFailure(file, place, problem, 'a field with a quote or a comma is wrapped in quotes, and its own quotes are doubled');

const isNamed = (names: readonly string[], name: string): boolean => names.includes(name.trim().toLowerCase());

/** Places of the columns whose sum is the rate. */
function ratePlaces(names: readonly string[], time: number, { series, sum = false }: SeriesChoice, file: string): number[] {
  const others = names.map((_, place) => place).filter((place) => place !== time);
  if (sum) {
    return others;
  }
  if (series !== undefined) {
    const chosen = others.filter((place) => names[place] === series);
    if (chosen.length !== 1) {
      const known = others.map((place) => names[place] ?? '');
      const suggestion = nearest(series, known);
      throw new Failure('configuration', 'unknown_series', `${file}, line 1: ${chosen.length} columns are called ${shown(series)}`, {
        hint: `${suggestion === undefined || suggestion === series ? '' : `did you mean "${suggestion}"? `}columns: ${known.join(', ')}`,
      });
    }
    return chosen;
  }
  const rates = others.filter((place) => isNamed(rateColumns, names[place] ?? ''));
  if (rates.length === 1 && others.length === 1) {
    return rates;
  }
  const unknown = others.filter((place) => !rates.includes(place)).map((place) => (names[place] ?? '').trim());
  const slip = unknown.find((name) => nearest(name.toLowerCase(), rateColumns) !== undefined);
  const suggestion = slip === undefined ? '' : `did you mean "${nearest(slip.toLowerCase(), rateColumns)}" by "${slip}"? `;
  if (others.length > 1) {
    throw new Failure(
      'configuration',
      'several_series',
      `${file}, line 1: beside the time there are ${others.length} columns: ${others.map((place) => shown(names[place])).join(', ')}`,
      { hint: `${suggestion}name the one that is the rate with --series, or add them up with --sum` },
    );
  }
  throw seriesFailure(
    file,
    'line 1',
    others.length === 0 ? 'there is no column of rates' : `unknown column ${shown(unknown[0])}`,
    `${suggestion}${headHint}; or name the column of the rate with --series`,
  );
}

function timePlace(names: readonly string[], file: string): number {
  const places = names.map((_, place) => place).filter((place) => isNamed(timeColumns, names[place] ?? ''));
  const [place] = places;
  if (places.length > 1) {
    throw seriesFailure(file, 'line 1', `${places.length} columns may be the time: ${names.map(shown).join(', ')}`, headHint);
  }
  if (place === undefined) {
    const slip = names.find((name) => nearest(name.trim().toLowerCase(), timeColumns) !== undefined);
    const suggestion = slip === undefined ? undefined : nearest(slip.trim().toLowerCase(), timeColumns);
    const separator = names.length === 1 && /[;\t]/.test(names[0] ?? '') ? 'separate the columns by commas; ' : '';
    throw seriesFailure(
      file,
      'line 1',
      `no column of ${names.map(shown).join(', ')} is the time`,
      `${suggestion === undefined ? separator : `did you mean "${suggestion}" by "${slip}"? `}${headHint}`,
    );
  }
  return place;
}

/**
 * Comma-separated values whose first line names the columns. Times are Unix seconds, Unix milliseconds or RFC 3339, the same
 * throughout. Throws `Failure` (78) with the line of what cannot be read.
 */
export function csvSamples(text: string, file: string, choice: SeriesChoice): RateSamples {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  while (lines.length > 0 && lines.at(-1)?.trim() === '') {
    lines.pop();
  }
  const names = lines.length === 0 ? [] : fieldsOf(lines[0] ?? '', broken(file, 'line 1'));
  const samples = {
    timesMs: [] as number[],
    ratesPerSecond: [] as number[],
    // The head is line 1, the first sample line 2.
    placeOf: (index: number) => `line ${index + 2}`,
  };
  if (names.length === 0) {
    return { origin: 'CSV', ...samples };
  }
  const time = timePlace(names, file);
  const rates = ratePlaces(names, time, choice, file);
  let format: TimeFormat | undefined;
  for (const [index, line] of lines.slice(1).entries()) {
    const place = samples.placeOf(index);
    const fields = fieldsOf(line, broken(file, place));
    if (fields.length !== names.length) {
      throw seriesFailure(
        file,
        place,
        `${shown(line)} has ${fields.length} of ${names.length} fields`,
        `every line has the fields of the first: ${names.join(',')}`,
      );
    }
    const timeText = fields[time] ?? '';
    const read = timeIn(timeText);
    if ('problem' in read) {
      throw seriesFailure(file, place, `${names[time]} ${shown(timeText)} ${read.problem}`, read.hint);
    }
    format ??= read.format;
    if (read.format !== format) {
      throw seriesFailure(
        file,
        place,
        `${names[time]} ${shown(timeText)} is in ${read.format}, and line 2 in ${format}`,
        'write all times in the same way',
      );
    }
    samples.timesMs.push(read.ms);
    samples.ratesPerSecond.push(rates.reduce((sum, at) => sum + rateIn(fields[at] ?? '', names[at] ?? '', file, place), 0));
  }
  const columns = rates.map((at) => `"${(names[at] ?? '').trim()}"`);
  return { origin: `CSV, ${columns.length === 1 ? 'column' : 'sum of the columns'} ${columns.join(', ')}`, ...samples };
}
