import { z } from 'zod';
import { count, nameSchema, nonNegative, share } from './common.ts';
import { tierSchema } from './topology.ts';

/** What one server of the system under test did in one steady window. */
export const serverWindowSchema = z.strictObject({
  tier: tierSchema,
  /** Unique in the variant, such as `vector-2`. */
  id: nameSchema,
  cpuSeconds: nonNegative,
  /** Share of the window in which its event loop was busy. Absent, as everything below, where the server does not tell. */
  eventLoopUtilisation: share.optional(),
  /** By how much its timers fired late, from buckets: exact to the width of one. */
  eventLoopDelayP99Ms: nonNegative.optional(),
});
export type ServerWindow = z.infer<typeof serverWindowSchema>;

/**
 * One look at a server, once a second. What it did not tell, or could not because it was too busy, is absent; a server that has ended
 * has no further points. Rates are over the time since the look before.
 */
export const serverPointSchema = z.strictObject({
  /** Since the first look, which is the beginning of the steady window. */
  seconds: nonNegative,
  /** Cores in use. */
  cpuCores: nonNegative.optional(),
  residentBytes: count.optional(),
  heapUsedBytes: count.optional(),
  eventLoopUtilisation: share.optional(),
  eventLoopDelayP99Ms: nonNegative.optional(),
  /** Share of the time in which it stood still for garbage collection. */
  collectingShare: share.optional(),
  /** Requests that it was answering. */
  inFlight: count.optional(),
  /** Its pools of connections, by what they lead to. */
  pools: z
    .array(
      z.strictObject({
        peer: z.string(),
        /** Connections that carried a request. */
        inUse: count,
        /** Requests that waited for a connection: above 0 for long, the pool is too small or its peer too slow. */
        waiting: count,
      }),
    )
    .optional(),
});
export type ServerPoint = z.infer<typeof serverPointSchema>;

/** One server over the steady window of one step. */
export const serverSeriesSchema = z.strictObject({
  tier: tierSchema,
  id: nameSchema,
  /** Beyond this size of its heap V8 ends the process. */
  heapLimitBytes: count.optional(),
  points: z.array(serverPointSchema).max(200),
});
export type ServerSeries = z.infer<typeof serverSeriesSchema>;
