import { z } from 'zod';

const millisecondsPerUnit: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const part = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/g;

/** A duration as Go and Kubernetes write it ("15s", "1m30s"), in ms. Throws `RangeError` on anything else. */
export function durationMs(text: string): number {
  const parts = [...text.matchAll(part)];
  if (parts.length === 0 || parts.map(([matched]) => matched).join('') !== text) {
    throw new RangeError(`"${text}" is no duration such as 15s or 1m30s`);
  }
  return parts.reduce((sum, [, amount, unit = '']) => sum + Number(amount) * (millisecondsPerUnit[unit] ?? Number.NaN), 0);
}

export const durationSchema = z.string().superRefine((text, context) => {
  try {
    durationMs(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as RangeError).message });
  }
});

/** A moment as Kubernetes writes it, such as 2026-01-01T00:00:00Z. */
export const timeSchema = z.iso.datetime({ offset: true, error: 'must be a time as in RFC 3339, such as 2026-01-01T00:00:00Z' });
