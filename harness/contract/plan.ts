import { z } from 'zod';
import { nameSchema, nonNegative, operationKindSchema, positiveInteger, profileIdSchema, transportSchema } from './common.ts';
import { profileSchema } from './scenario.ts';
import { thinkTimeSchema } from './workload.ts';

/** One window of load on one variant. Steps are executed in the order of the plan, which interleaves the variants. */
export const stepSchema = z.strictObject({
  /** `<order>-<variant>-<phase>-<repetition or rate>`; names the folder of its observations. */
  id: nameSchema,
  order: z.int().nonnegative(),
  variant: nameSchema,
  /**
   * Only `judged` steps can fail a run; `pilot` steps warm a system up and are kept but not counted; `overload` steps go on
   * until something gives out; `probe` steps search for the highest rate that is carried.
   */
  phase: z.enum(['pilot', 'judged', 'rung', 'overload', 'probe']),
  repetition: positiveInteger,
  /** Absent in a closed loop, where the answers decide how much is asked. */
  ratePerSecond: z.number().positive().optional(),
  /** The arrivals become evenly more or fewer, and `ratePerSecond` is their mean. */
  ramp: z.strictObject({ fromPerSecond: nonNegative, toPerSecond: z.number().positive() }).optional(),
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
  /** Generator processes among which the load is divided. */
  workers: positiveInteger,
});
export type Plan = z.infer<typeof planSchema>;

/** A request as it goes over the wire, prebuilt so that the generator does no work per request. */
export const preparedRequestSchema = z.strictObject({
  kind: operationKindSchema,
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
  path: z.string().startsWith('/'),
  headers: z.record(z.string(), z.string()),
  body: z.string().optional(),
  /** The generator writes the `session_id` of the user's conversation into the body, which then is a JSON object. */
  session: z.literal(true).optional(),
});
export type PreparedRequest = z.infer<typeof preparedRequestSchema>;

/** A user of a closed loop. */
const loadUserSchema = z.strictObject({
  /** Its number among all users of the step. */
  user: z.int().nonnegative(),
  startUs: z.int().nonnegative(),
  /** Positions in `requests`, asked in turn and from the beginning again after the last. */
  script: z.array(z.int().nonnegative()).min(1),
});
export type LoadUser = z.infer<typeof loadUserSchema>;

/**
 * What the users of a closed loop do: each starts, waits for its answer, thinks, and asks again. Its n-th request, counted from 0,
 * is job `n × population + user`, whatever became of the ones before.
 */
const closedLoadSchema = z.strictObject({
  /** Decides the think times, for each user apart. */
  seed: z.int().nonnegative(),
  thinkTime: thinkTimeSchema,
  turnsPerSession: positiveInteger,
  /** Users of the whole step; a worker is given some of them. */
  population: positiveInteger,
  users: z.array(loadUserSchema).min(1),
});
export type ClosedLoad = z.infer<typeof closedLoadSchema>;

/**
 * The file that the generator process is given. Open loop: job i starts `offsetsUs[i]` µs after the epoch with request
 * `requests[requestOf[i]]`. In a closed loop both lists are empty.
 */
export const loadPlanSchema = z.strictObject({
  schemaVersion: z.literal(1),
  stepId: nameSchema,
  target: z.strictObject({ host: z.literal('127.0.0.1'), port: positiveInteger.max(65_535) }),
  connections: positiveInteger,
  deadlineMs: positiveInteger,
  /** autocannon where absent. */
  transport: transportSchema.optional(),
  /** Makes a slow reader: after each piece of a streamed answer its connection is not read for this long. */
  readPauseMs: positiveInteger.max(100).optional(),
  warmUpMs: nonNegative,
  steadyMs: z.number().positive(),
  requests: z.array(preparedRequestSchema).min(1),
  offsetsUs: z.array(z.int().nonnegative()),
  requestOf: z.array(z.int().nonnegative()),
  closedLoop: closedLoadSchema.optional(),
  /** What operations.jsonl holds: every job (where absent), one in a hundred chosen by number, or none. A judge needs every job of a step that writes. */
  history: z.enum(['full', 'sampled', 'none']).optional(),
  /** This generator is one of several: its i-th offset belongs to job `index + i × count` of the step. */
  worker: z.strictObject({ index: z.int().nonnegative(), count: positiveInteger }).optional(),
  /** Absolute folder; receives operations.jsonl, observation.json and the histograms. */
  outputDirectory: z.string(),
});
export type LoadPlan = z.infer<typeof loadPlanSchema>;
