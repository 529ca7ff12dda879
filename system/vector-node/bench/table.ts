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

function verdictOf({ value, atLeast, atMost }: Row): string {
  if (atLeast !== undefined) {
    return `>= ${atLeast} ${value.median >= atLeast ? 'met' : 'missed'}`;
  }
  if (atMost !== undefined) {
    return `<= ${atMost} ${value.median <= atMost ? 'met' : 'missed'}`;
  }
  return '';
}

/** One table with aligned columns. */
export function formatTable(rows: readonly Row[]): string {
  const head = ['engine', 'measurement', 'median', 'range of rounds', 'target', ''];
  const cells = rows.map((row) => {
    const { median, low, high } = row.value;
    const range = low === high ? '' : `${digits(low)} .. ${digits(high)}`;
    return [row.engine, row.what, `${digits(median)} ${row.unit}`, range, verdictOf(row), row.note];
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
