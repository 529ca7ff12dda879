import { cells } from './text-width.ts';

export interface Cell {
  readonly text: string;
  readonly right?: boolean;
  /** Applied after padding was measured, because colour codes have no width. */
  readonly paint?: (text: string) => string;
}

export type Line = readonly Cell[];

/** The text filled with spaces to a width in terminal cells. */
export function padded(text: string, width: number, right = false): string {
  const fill = ' '.repeat(Math.max(0, width - cells(text)));
  return right ? fill + text : text + fill;
}

/** Aligned columns two spaces apart under dimmed heads; a head follows the side of its column. */
export function laidOut(heads: readonly string[], rows: readonly Line[], dim: (text: string) => string): string[] {
  const widths = heads.map((head, column) => Math.max(cells(head), ...rows.map((row) => cells(row[column]?.text ?? ''))));
  const isRight = (column: number) => rows[0]?.[column]?.right ?? false;
  const head = heads.map((text, column) => dim(padded(text, widths[column] ?? 0, isRight(column))));
  const body = rows.map((row) =>
    row.map(({ text, right = false, paint = String }, column) => {
      const fill = ' '.repeat(Math.max(0, (widths[column] ?? 0) - cells(text)));
      return right ? `${fill}${paint(text)}` : `${paint(text)}${fill}`;
    }),
  );
  return [head, ...body].map((line) => line.join('  '));
}

/** The text broken at spaces into lines of at most `width` cells; a longer word stands alone. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (cells(longer) > width && line !== '') {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, line];
}
