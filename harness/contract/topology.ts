import { z } from 'zod';
import { nameSchema, positiveInteger, resourceRuleSchema } from './common.ts';

/** Placement of documents on vector nodes; the names are the files of `system/policies/sharding`. */
export const shardingStrategySchema = z.enum(['hash']);

/** Timing of the simulated providers; the names are the files of `system/provider/presets`. */
export const providerPresetSchema = z.enum(['instant', 'gpt-4o-mini']);

/**
 * Which tiers exist, how many of each, and by which policies they work. One topology renders to processes on one
 * machine and, later, to containers and manifests.
 */
export const topologySchema = z.strictObject({
  id: nameSchema,
  gateway: z.strictObject({ replicas: positiveInteger.max(16) }),
  query: z.strictObject({ replicas: positiveInteger.max(32) }),
  provider: z.strictObject({ embeddings: providerPresetSchema, chat: providerPresetSchema }),
  vector: z.strictObject({ shards: positiveInteger.max(64), sharding: shardingStrategySchema }),
  resourceRule: resourceRuleSchema,
});
export type Topology = z.infer<typeof topologySchema>;

/** The tiers of the reference system, in the order in which a request meets them. */
export const tierSchema = z.enum(['gateway', 'query', 'indexer', 'provider', 'vector', 'postgres']);
export type Tier = z.infer<typeof tierSchema>;
