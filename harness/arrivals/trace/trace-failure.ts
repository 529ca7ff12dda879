import { Failure } from '../../contract/failure.ts';

/** Where in a trace a parser is. */
export interface TracePlace {
  readonly file: string;
  /** From 1, as editors count. */
  readonly line: number;
}

/** A line that cannot be used: its file, number, field and value, and what would be right. */
export function traceFailure({ file, line }: TracePlace, problem: string, hint: string): Failure {
  return new Failure('configuration', 'invalid_trace', `${file}:${line}: ${problem}`, { hint });
}

/** A value as a message shows it: short, and visibly quoted. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** A whole number of tokens written in decimal. Throws where it is none. */
export function tokenCount(text: string, field: string, place: TracePlace): number {
  if (!/^\d{1,9}$/.test(text)) {
    throw traceFailure(place, `${field} is ${shown(text)}`, 'a whole number of tokens from 0');
  }
  return Number(text);
}
