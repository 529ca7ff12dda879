import type { Interval } from './statistics.ts';

export interface Row {
  readonly engine: string;
  readonly what: string;
  readonly unit: string;
  readonly value: Interval;
  /** A target: the median is at least, or at most, this. */
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly note: string;
}

const digits = (value: number) => (value >= 100 ? value.toFixed(0) : value.toFixed(2));

function verdictOf({ value, atLeast, atMost }: Row, notJudged: string | undefined): string {
  const bound = atLeast === undefined ? (atMost === undefined ? undefined : `<= ${atMost}`) : `>= ${atLeast}`;
  if (bound === undefined) {
    return '';
  }
  const isMet = value.median >= (atLeast ?? Number.NEGATIVE_INFINITY) && value.median <= (atMost ?? Number.POSITIVE_INFINITY);
  return `${bound} ${notJudged ?? (isMet ? 'met' : 'missed')}`;
}

/**
 * One table with aligned columns.
 * @param notJudged stands for the verdict on each target of a run that is too short for one
 */
export function formatTable(rows: readonly Row[], notJudged?: string): string {
  const head = ['engine', 'measurement', 'median', 'range of rounds', 'target', ''];
  const cells = rows.map((row) => {
    const { median, low, high } = row.value;
    const range = low === high ? '' : `${digits(low)} .. ${digits(high)}`;
    return [row.engine, row.what, `${digits(median)} ${row.unit}`, range, verdictOf(row, notJudged), row.note];
  });
  const all = [head, ...cells];
  const widths = head.map((_, column) => Math.max(...all.map((line) => (line[column] ?? '').length)));
  return all
    .map(
      (line) =>
        `${line
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
