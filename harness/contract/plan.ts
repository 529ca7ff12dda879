import { z } from 'zod';
import { nameSchema, nonNegative, operationKindSchema, positiveInteger, profileIdSchema } from './common.ts';
import { profileSchema } from './scenario.ts';

/** One window of load on one variant. Steps are executed in the order of the plan, which interleaves the variants. */
export const stepSchema = z.strictObject({
  /** `<order>-<variant>-<phase>-<repetition or rate>`; names the folder of its observations. */
  id: nameSchema,
  order: z.int().nonnegative(),
  variant: nameSchema,
  /** Only `judged` steps can fail a run; `pilot` steps warm a system up and are kept but not counted. */
  phase: z.enum(['pilot', 'judged', 'rung']),
  repetition: positiveInteger,
  ratePerSecond: z.number().positive(),
  warmUpSeconds: nonNegative,
  steadySeconds: z.number().positive(),
  seed: z.int().nonnegative(),
});
export type Step = z.infer<typeof stepSchema>;

/** What a run will do, complete before anything is started. */
export const planSchema = z.strictObject({
  schemaVersion: z.literal(1),
  runId: nameSchema,
  scenario: nameSchema,
  profile: profileIdSchema,
  settings: profileSchema,
  seed: z.int().nonnegative(),
  variants: z.array(nameSchema).min(1),
  steps: z.array(stepSchema).min(1),
});
export type Plan = z.infer<typeof planSchema>;

/** A request as it goes over the wire, prebuilt so that the generator does no work per request. */
export const preparedRequestSchema = z.strictObject({
  kind: operationKindSchema,
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
  path: z.string().startsWith('/'),
  headers: z.record(z.string(), z.string()),
  body: z.string().optional(),
});
export type PreparedRequest = z.infer<typeof preparedRequestSchema>;

/** The file that the generator process is given. Job i starts `offsetsUs[i]` µs after the epoch with request `requests[requestOf[i]]`. */
export const loadPlanSchema = z.strictObject({
  schemaVersion: z.literal(1),
  stepId: nameSchema,
  target: z.strictObject({ host: z.literal('127.0.0.1'), port: positiveInteger.max(65_535) }),
  connections: positiveInteger,
  deadlineMs: positiveInteger,
  warmUpMs: nonNegative,
  steadyMs: z.number().positive(),
  requests: z.array(preparedRequestSchema).min(1),
  offsetsUs: z.array(z.int().nonnegative()),
  requestOf: z.array(z.int().nonnegative()),
  /** Absolute folder; receives operations.jsonl, observation.json and the histograms. */
  outputDirectory: z.string(),
});
export type LoadPlan = z.infer<typeof loadPlanSchema>;
