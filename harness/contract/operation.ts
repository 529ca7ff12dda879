import { z } from 'zod';
import { operationKindSchema } from './common.ts';

/**
 * Why a request did not succeed. `timeout`, `unfinished` and a connection lost after sending leave the outcome unknown.
 * A stream that ended before its last event is `truncated-stream`; one that went silent in the middle until its deadline passed
 * is `stalled-stream`.
 */
export const errorClassSchema = z.enum([
  'http-4xx',
  'http-5xx',
  'timeout',
  'closed',
  'reset',
  'refused',
  'dropped',
  'mismatch',
  'truncated-stream',
  'stalled-stream',
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

/** How a streamed answer arrived. Times are µs since the epoch of the step. */
export const streamSchema = z.strictObject({
  firstTokenUs: z.int().nonnegative(),
  /** Events that brought a piece of the answer. */
  tokens: z.int().nonnegative(),
});

/** The response arrived whole with a 2xx status. */
export const okSchema = z.strictObject({
  type: z.literal('ok'),
  id: z.string(),
  sentUs: z.int().nonnegative(),
  doneUs: z.int().nonnegative(),
  status: z.int(),
  /**
   * The response body as text: the evidence from which quality and stage timings are computed. Of a streamed answer the data of
   * its last event, which has the form of the plain answer.
   */
  body: z.string(),
  stream: streamSchema.optional(),
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
