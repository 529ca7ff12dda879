import { z } from 'zod';
import { secondSchema } from '../contract/observation.ts';

/** A line on the generator's standard input that ends the plan in progress; every other line is the path of a plan. */
export const stopLine = 'stop';

const stepId = z.string();

/** One line of JSON on the generator's standard output. */
export const generatorEventSchema = z.discriminatedUnion('event', [
  /** Once, when plans are taken. */
  z.strictObject({ event: z.literal('ready'), realTimeScheduling: z.boolean() }),
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
