import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { realTimeCommand } from '../load/real-time.ts';

const run = promisify(execFile);
/** The sample itself takes a little less than a second. */
const limitMs = 3000;
const program = fileURLToPath(new URL('sample-process.ts', import.meta.url));

const measuredSampleSchema = z.object({
  elapsedMs: z.number(),
  realTimeScheduling: z.boolean(),
  /** How late a timer of 1 ms fired. */
  timer: z.object({ ticks: z.number(), p50Ms: z.number(), p99Ms: z.number(), maximumMs: z.number() }),
  /** By how much the wall clock went ahead of the monotonic one meanwhile. */
  clocksApartMs: z.number(),
  /** Of all cores together, meanwhile. Absent outside Linux. */
  cpu: z.object({ busyShare: z.number(), stealShare: z.number() }).optional(),
});
export type MeasuredSample = z.output<typeof measuredSampleSchema>;

/** What a short look at the machine's clocks and cores gave, or why it gave nothing. */
export type Sample = MeasuredSample | { readonly failure: string };

/** Nearest-rank percentiles of lateness; `latenessMs` must hold at least one value. */
export function summariseLateness(latenessMs: readonly number[]): MeasuredSample['timer'] {
  const ascending = latenessMs.toSorted((a, b) => a - b);
  const percentile = (share: number) => ascending[Math.ceil(share * ascending.length) - 1] ?? Number.NaN;
  return { ticks: ascending.length, p50Ms: percentile(0.5), p99Ms: percentile(0.99), maximumMs: percentile(1) };
}

/** Watches clocks and cores for a little less than a second, under the scheduling that a generator would get. */
export async function takeSample(): Promise<Sample> {
  const { command, parameters } = realTimeCommand(process.execPath, [program]);
  try {
    const { stdout } = await run(command, parameters, { timeout: limitMs });
    return measuredSampleSchema.parse(JSON.parse(stdout));
  } catch (error) {
    return { failure: error instanceof Error ? (error.message.split('\n')[0] ?? error.message) : String(error) };
  }
}
