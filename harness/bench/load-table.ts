import { hodgesLehmann } from '../gates/hodges-lehmann.ts';

/** What a figure must be; absent where it is only shown. */
export interface Target {
  readonly text: string;
  readonly isMet: (value: number) => boolean;
}

export const atMost = (limit: number, text = `≤ ${limit}`): Target => ({ text, isMet: (value) => value <= limit });
export const atLeast = (limit: number, text = `≥ ${limit}`): Target => ({ text, isMet: (value) => value >= limit });
export const between = (low: number, high: number): Target => ({ text: `${low}–${high}`, isMet: (value) => value >= low && value <= high });

/** One line of the table. A ratio is averaged by its logarithm, so that a ratio and its inverse say the same. */
export interface Row {
  readonly title: string;
  readonly kind: 'ratio' | 'figure';
  readonly unit?: string;
  /** One per repetition; empty where it could not be measured, and then `note` says why. */
  readonly values: readonly number[];
  readonly target?: Target;
  readonly note?: string;
}

export interface Judged {
  readonly row: Row;
  readonly median?: number;
  readonly interval?: { readonly low: number; readonly high: number };
  readonly verdict: 'met' | 'missed' | 'not measured' | 'shown';
}

/** The pseudo-median of the repetitions and its 95 % interval (Hodges and Lehmann); below six repetitions none exists. */
export function judgeRow(row: Row): Judged {
  const { values, kind, target } = row;
  if (values.length === 0) {
    return { row, verdict: 'not measured' };
  }
  const isRatio = kind === 'ratio';
  const { estimate, interval } = hodgesLehmann(isRatio ? values.map(Math.log) : values);
  const back = (value: number) => (isRatio ? Math.exp(value) : value);
  const median = back(estimate);
  return {
    row,
    median,
    ...(interval === undefined ? {} : { interval: { low: back(interval.low), high: back(interval.high) } }),
    verdict: target === undefined ? 'shown' : target.isMet(median) ? 'met' : 'missed',
  };
}

const digits = (value: number) =>
  Number.isInteger(value) ? String(value) : Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);

function cells({ row, median, interval, verdict }: Judged): string[] {
  const unit = row.unit ?? (row.kind === 'ratio' ? '×' : '');
  return [
    row.title,
    median === undefined ? '–' : `${digits(median)}${unit && ` ${unit}`}`,
    interval === undefined ? '–' : `${digits(interval.low)}–${digits(interval.high)}`,
    row.target?.text ?? '–',
    verdict,
    row.note ?? '',
  ];
}

/** The table as text, one line per row, columns padded; the last column is free text. */
export function tableText(rows: readonly Row[]): string {
  const heads = ['figure', 'median', '95 % interval', 'target', 'verdict', 'note'];
  const lines = [heads, ...rows.map((row) => cells(judgeRow(row)))];
  const widths = heads.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map(
      (line) =>
        `${line
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
