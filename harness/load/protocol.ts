import { z } from 'zod';
import { secondSchema } from '../contract/observation.ts';

/** A line on the generator's standard input that ends the plan in progress; every other line is the path of a plan. */
export const stopLine = 'stop';

/** The moment from which all offsets count, on the clock of `process.hrtime` and on that of the wall. */
export interface Epoch {
  readonly ns: bigint;
  readonly atMs: number;
}

/** Between everything being ready and the first intended start: long enough for the start line to reach every process on a busy machine. */
const leadMs = 50;

/** The next moment at which a step can begin. The clock is common to all processes of one machine. */
export function nextEpoch(): Epoch {
  return { ns: process.hrtime.bigint() + BigInt(leadMs) * 1_000_000n, atMs: Date.now() + leadMs };
}

/** The line on the generator's standard input that begins the armed plan at a moment. */
export function startLine({ ns, atMs }: Epoch): string {
  return `start ${ns} ${atMs}`;
}

/** The moment in a start line; undefined for any other line. */
export function epochIn(line: string): Epoch | undefined {
  const [, ns, atMs] = /^start (\d+) ([\d.]+)$/.exec(line) ?? [];
  return ns === undefined ? undefined : { ns: BigInt(ns), atMs: Number(atMs) };
}

const stepId = z.string();

/** One line of JSON on the generator's standard output. */
export const generatorEventSchema = z.discriminatedUnion('event', [
  /** Once, when plans are taken. */
  z.strictObject({ event: z.literal('ready'), realTimeScheduling: z.boolean() }),
  /** Everything is ready for the plan; it begins at the moment of the start line that is awaited now. */
  z.strictObject({ event: z.literal('armed'), stepId }),
  /** The moment, ms since 1970, from which the offsets of the plan count. */
  z.strictObject({ event: z.literal('epoch'), stepId, atMs: z.number() }),
  z.strictObject({ event: z.literal('steady'), stepId }),
  z.strictObject({ event: z.literal('steady-end'), stepId }),
  /** What was known at the end of the second; late answers change it, see the observation. Also a sign of life. */
  z.strictObject({ event: z.literal('second'), stepId, second: secondSchema }),
  z.strictObject({ event: z.literal('done'), stepId, observationFile: z.string() }),
  z.strictObject({ event: z.literal('failed'), stepId, code: z.string(), message: z.string() }),
]);
export type GeneratorEvent = z.infer<typeof generatorEventSchema>;
