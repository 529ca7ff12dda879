import { z } from 'zod';
import { count, nameSchema, nonNegative, operationKindSchema } from './common.ts';
import { errorClassSchema } from './operation.ts';

/**
 * The spans of a request, all in µs: `response` intended start to last byte (the headline), `service` sent to last
 * byte, `lag` intended start to the moment the scheduler ran, `client-wait` scheduler to written on a connection. Of streams
 * also `time-to-first-token`, from the intended start, and `inter-token-gap`, one value per gap between two pieces of an answer.
 */
export const timingSchema = z.enum(['response', 'service', 'lag', 'client-wait', 'time-to-first-token', 'inter-token-gap']);
export type Timing = z.infer<typeof timingSchema>;

export const histogramRecordSchema = z.strictObject({
  window: z.enum(['warm-up', 'steady']),
  kind: operationKindSchema,
  /** `all` counts a failed request at the time that had passed when it failed; a timeout at its elapsed time. */
  outcome: z.enum(['success', 'all']),
  timing: timingSchema,
  sampleCount: count,
  /** HdrHistogram V2, deflated, base64; values in µs. */
  encoded: z.string(),
});
export type HistogramRecord = z.infer<typeof histogramRecordSchema>;

const secondResponseSchema = z.strictObject({ p50: nonNegative, p95: nonNegative, p99: nonNegative, sampleCount: count });

/** One second of a step. Times are binned by intended start, `done` by completion. */
export const secondSchema = z.strictObject({
  second: count,
  arrivals: count,
  sent: count,
  done: count,
  dropped: count,
  errors: z.partialRecord(errorClassSchema, count),
  /** In flight at the end of the second. */
  inFlight: count,
  lagP99Us: nonNegative.optional(),
  /** Response time of successful searches that were due in this second. */
  searchResponseUs: secondResponseSchema.optional(),
  /** The same of asks, streamed or not; added by the judge, who reads the history. */
  askResponseUs: secondResponseSchema.optional(),
});
export type Second = z.infer<typeof secondSchema>;

/** Every job is counted once: issued = succeeded + Σ failed (by class, with dropped and unfinished among them). */
export const countsSchema = z.strictObject({
  issued: count,
  succeeded: count,
  failed: z.partialRecord(errorClassSchema, count),
});
export type Counts = z.infer<typeof countsSchema>;

/** One of several generator processes that carried a step together. */
const workerSchema = z.strictObject({
  cpuSeconds: nonNegative,
  eventLoopUtilisation: z.number().min(0).max(1),
  residentBytes: count,
  realTimeScheduling: z.boolean(),
  /** Jobs of both windows. */
  issued: count,
  /** Lag of its jobs of the steady window, whatever became of them, µs; HdrHistogram V2, deflated, base64. */
  lag: z.strictObject({ sampleCount: count, encoded: z.string() }),
});
export type WorkerObservation = z.infer<typeof workerSchema>;

/** `observation.json`: what the generator saw in one step. */
export const observationSchema = z.strictObject({
  schemaVersion: z.literal(1),
  stepId: nameSchema,
  /** Wall clock of the epoch, ms since 1970. */
  startedAtMs: z.number(),
  warmUp: countsSchema,
  steady: countsSchema,
  histograms: z.array(histogramRecordSchema),
  seconds: z.array(secondSchema),
  /** Of several workers, sums; where no sum makes sense, the worst of them. */
  generator: z.strictObject({
    transport: z.string(),
    cpuSeconds: nonNegative,
    /** Time for which a CPU quota kept it from running; absent where nothing tells. */
    throttledSeconds: nonNegative.optional(),
    /** 0–1 over the whole step; the busiest worker. */
    eventLoopUtilisation: z.number().min(0).max(1),
    residentBytes: count,
    realTimeScheduling: z.boolean(),
    scheduleHash: z.string(),
    connectionsOpened: count,
    /** Jobs of both windows that found every connection busy or down when they were due: their wait is in `client-wait`. */
    connectionWaits: count,
    /** Present where several processes generated the load. */
    workers: z.array(workerSchema).min(2).optional(),
  }),
});
export type Observation = z.infer<typeof observationSchema>;
