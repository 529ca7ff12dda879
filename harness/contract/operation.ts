import { z } from 'zod';
import { operationKindSchema } from './common.ts';

/** Why a request did not succeed. `timeout`, `unfinished` and a connection lost after sending leave the outcome unknown. */
export const errorClassSchema = z.enum([
  'http-4xx',
  'http-5xx',
  'timeout',
  'closed',
  'reset',
  'refused',
  'dropped',
  'mismatch',
  'unfinished',
]);
export type ErrorClass = z.infer<typeof errorClassSchema>;

/** Written before the request is sent. Times are µs since the epoch of the step. */
export const invokeSchema = z.strictObject({
  type: z.literal('invoke'),
  /** Unique in a run: `<stepId>:<job>`; also the x-request-id of the request. */
  id: z.string(),
  job: z.int().nonnegative(),
  kind: operationKindSchema,
  intendedUs: z.int().nonnegative(),
  invokedUs: z.int().nonnegative(),
});

/** The response arrived whole with a 2xx status. */
export const okSchema = z.strictObject({
  type: z.literal('ok'),
  id: z.string(),
  sentUs: z.int().nonnegative(),
  doneUs: z.int().nonnegative(),
  status: z.int(),
  /** The response body as text: the evidence from which quality and stage timings are computed. */
  body: z.string(),
});

/** Certainly without effect (`fail`: 4xx, refused, never sent) or with an unknown outcome (`info`: timeouts, 5xx, cut connections). */
export const failedSchema = z.strictObject({
  type: z.enum(['fail', 'info']),
  id: z.string(),
  sentUs: z.int().nonnegative().optional(),
  doneUs: z.int().nonnegative(),
  errorClass: errorClassSchema,
  status: z.int().optional(),
  body: z.string().optional(),
});

/** One line of `operations.jsonl`: the history of one step in the order in which it happened. */
export const operationSchema = z.discriminatedUnion('type', [invokeSchema, okSchema, failedSchema]);
export type Operation = z.infer<typeof operationSchema>;
