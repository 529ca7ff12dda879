import { z } from 'zod';

/** Names of scenarios, variants, topologies and runs: safe as a folder name and in a URL. */
export const nameSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'must be 1 to 64 of a-z, 0-9 and "-", not starting with "-"');

/** How many of something. */
export const count = z.int().nonnegative();
export const positiveInteger = z.int().positive();
export const nonNegative = z.number().nonnegative();
export const share = z.number().min(0).max(1);

/** The two rules under which one node may be compared with several; every ratio names its rule. */
export const resourceRuleSchema = z.enum(['equal-total', 'equal-per-node']);
export type ResourceRule = z.infer<typeof resourceRuleSchema>;

export const profileIdSchema = z.enum(['smoke', 'quick', 'standard', 'full']);
export type ProfileId = z.infer<typeof profileIdSchema>;

/**
 * What the load engine can send; each kind has its own histograms and its own SLOs. `ask-stream` is an ask whose answer arrives
 * as server-sent events, `health` a liveness probe of the gateway.
 */
export const operationKindSchema = z.enum(['search', 'ask', 'ask-stream', 'upsert', 'health']);
export type OperationKind = z.infer<typeof operationKindSchema>;

/** The library whose HTTP engine carries the load; both keep one request at a time on a connection. */
export const transportSchema = z.enum(['autocannon', 'undici']);
export type TransportName = z.infer<typeof transportSchema>;

/** A closed range `[low, high]` in the unit of the value it belongs to. */
export const intervalSchema = z.strictObject({
  low: z.number(),
  high: z.number(),
  /** Coverage as a share, 0.95 unless few samples forbid it. */
  confidence: share,
});
export type Interval = z.infer<typeof intervalSchema>;
