import { z } from 'zod';
import { operationKindSchema } from './common.ts';

/**
 * Why a request did not succeed. `timeout`, `unfinished` and a connection lost after sending leave the outcome unknown.
 * A stream that ended before its last event is `truncated-stream`. One that began its answer, then went silent and stayed so for at
 * least a second (a tenth of a deadline below ten seconds, at least 100 ms) until its deadline passed is `stalled-stream`; one that was still
 * delivering then is a `timeout`. A stream that ends in an `error` event has the class of that error's status.
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
  /** The first event of any kind, such as the one that says that the question was accepted. */
  firstEventUs: z.int().nonnegative().optional(),
  /** Names of its events in their order, without repetitions. */
  states: z.array(z.string()).max(8).optional(),
  /** Events that brought a piece of the answer. */
  tokens: z.int().nonnegative(),
});

export type StreamArrival = z.infer<typeof streamSchema>;

/** The response arrived whole with a 2xx status. */
export const okSchema = z.strictObject({
  type: z.literal('ok'),
  id: z.string(),
  sentUs: z.int().nonnegative(),
  doneUs: z.int().nonnegative(),
  status: z.int(),
  /**
   * The response body as text: the evidence from which quality and stage timings are computed. Of a streamed answer the data of
   * its last event, which has the form of the plain answer; of a provider's chat completion that of the last chunk.
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
