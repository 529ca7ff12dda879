import { z } from 'zod';
import { nameSchema, positiveInteger, resourceRuleSchema } from './common.ts';

/** Placement of documents on vector nodes; the names are the files of `system/policies/sharding`. */
export const shardingStrategySchema = z.enum(['hash', 'range', 'random', 'consistent-hash', 'semantic']);
type ShardingStrategy = z.infer<typeof shardingStrategySchema>;

/** The query tier scatters over independent vector nodes, one per shard. */
const routerSchema = z.strictObject({
  sharding: shardingStrategySchema,
  shards: positiveInteger.max(64),
  /** `range`: documents over which the equal ranges are laid. Where absent, those that the profile fills in. */
  expectedDocuments: positiveInteger.optional(),
  /** `consistent-hash`: places of each shard on the ring, 150 where absent. */
  virtualNodes: positiveInteger.max(10_000).optional(),
  /** `semantic`: shards that a search asks, 2 where absent. */
  probes: positiveInteger.max(64).optional(),
});

/** Which strategy reads which field; the other ones refuse it. */
const readBy = { expectedDocuments: 'range', virtualNodes: 'consistent-hash', probes: 'semantic' } as const satisfies Record<
  string,
  ShardingStrategy
>;

/** What makes no sense of a router, by the field to blame. */
function routerProblems(vector: z.infer<typeof routerSchema>): { readonly field: string; readonly message: string }[] {
  const { sharding, shards, expectedDocuments, probes } = vector;
  const problems = Object.entries(readBy).flatMap(([field, strategy]) => {
    const value = vector[field as keyof typeof readBy];
    return value === undefined || strategy === sharding
      ? []
      : [{ field, message: `${field} is ${value}, but sharding is "${sharding}": only "${strategy}" reads it` }];
  });
  if (sharding === 'semantic' && shards < 2) {
    problems.push({ field: 'shards', message: `shards is ${shards}, and "semantic" has to choose between at least 2` });
  }
  if (sharding === 'semantic' && probes !== undefined && probes > shards) {
    problems.push({ field: 'probes', message: `probes is ${probes}, but shards is ${shards}` });
  }
  if (sharding === 'range' && expectedDocuments !== undefined && expectedDocuments < shards) {
    problems.push({
      field: 'expectedDocuments',
      message: `expectedDocuments is ${expectedDocuments}, which leaves some of ${shards} shards without a range`,
    });
  }
  return problems;
}

/** Qdrant's own sharding: one collection of `shards` shards, spread over the peers of a cluster. Needs a real Qdrant. */
const qdrantClusterSchema = z.strictObject({
  sharding: z.literal('qdrant-cluster'),
  shards: positiveInteger.max(64),
  nodes: positiveInteger.max(16),
  replicationFactor: positiveInteger.max(16),
  writeConsistencyFactor: positiveInteger.max(16),
});

const vectorTierSchema = z.discriminatedUnion('sharding', [routerSchema, qdrantClusterSchema]).superRefine((vector, context) => {
  if (vector.sharding !== 'qdrant-cluster') {
    for (const { field, message } of routerProblems(vector)) {
      context.addIssue({ code: 'custom', path: [field], message });
    }
    return;
  }
  const { nodes, replicationFactor, writeConsistencyFactor } = vector;
  if (replicationFactor > nodes) {
    context.addIssue({
      code: 'custom',
      path: ['replicationFactor'],
      message: `${replicationFactor} replicas need as many nodes, there are ${nodes}`,
    });
  }
  if (writeConsistencyFactor > replicationFactor) {
    context.addIssue({
      code: 'custom',
      path: ['writeConsistencyFactor'],
      message: `a write cannot be confirmed by ${writeConsistencyFactor} of ${replicationFactor} replicas`,
    });
  }
});

/** How many vector nodes a tier has: one per shard behind the router, as many as the cluster has peers otherwise. */
export function vectorNodeCount(vector: z.infer<typeof vectorTierSchema>): number {
  return vector.sharding === 'qdrant-cluster' ? vector.nodes : vector.shards;
}

/** Timing of the simulated providers; the names are the files of `system/provider/presets`. */
export const providerPresetSchema = z.enum(['instant', 'gpt-4o-mini', 'gpt-4o', 'gemini-2.5-flash', 'sonnet-4.6', 'llama-3.3-70b-2xh100']);

const perMinute = z.number().positive().max(1e12);
const share = z.number().min(0).max(1);

/**
 * What the provider lets through of chat completions. Enforced per second: 60 a minute are one a second, and refused requests
 * count. Embeddings are another model with limits of its own, which there are none of.
 */
const providerLimitsSchema = z.strictObject({
  requestsPerMinute: perMinute.optional(),
  tokensPerMinute: perMinute.optional(),
  /** What answers say of the limits: as documented (where absent), nothing, -1 throughout, or one of the three by chance. */
  headers: z.enum(['sent', 'absent', 'negative', 'mixed']).optional(),
});

/** What goes wrong with chat completions, each 0 where absent. A streamed answer meets at most one of the four faults of streams. */
const providerFaultsSchema = z
  .strictObject({
    /** Streams whose connection closes half-way. */
    cutStreamShare: share.optional(),
    /** Streams that fall silent and stay open. */
    stalledStreamShare: share.optional(),
    /** Streams with one event that is no JSON. */
    malformedStreamShare: share.optional(),
    /** Streams that end with an error instead of an answer. */
    failedStreamShare: share.optional(),
    /** Requests that are told 529. */
    overloadedShare: share.optional(),
    /** Answers after which the quota is exhausted for good, which is told as 429 `insufficient_quota`. */
    quotaRequests: z.int().min(0).optional(),
  })
  .superRefine((faults, context) => {
    const fields = ['cutStreamShare', 'stalledStreamShare', 'malformedStreamShare', 'failedStreamShare'] as const;
    const sum = fields.reduce((total, field) => total + (faults[field] ?? 0), 0);
    if (sum > 1 + 1e-9) {
      context.addIssue({ code: 'custom', message: `the shares of faulty streams sum to ${sum}, more than all of them` });
    }
  });

/** Timing of the simulated reranker; the names are those of `system/provider/rerank-timing.ts`. */
export const rerankPresetSchema = z.enum(['instant', 'cross-encoder']);

/** `dense`: nearest embeddings alone. `hybrid`: nearest embeddings and BM25, fused by reciprocal rank. */
export const retrievalSchema = z.enum(['dense', 'hybrid']);
export type Retrieval = z.infer<typeof retrievalSchema>;

/**
 * What one container may use. On the local platform nothing enforces it.
 */
export const quotaSchema = z.strictObject({
  /** CPU seconds per second. */
  cpus: z.number().min(0.01).max(1024),
  memoryMiB: positiveInteger.min(16),
});
export type Quota = z.infer<typeof quotaSchema>;

/** How long a kept answer may be given again. */
const answerCacheSchema = z.strictObject({
  ttlSeconds: positiveInteger.max(30 * 24 * 3600),
  /** `absolute`: counted from when the answer was made. `sliding`: from when it was last given, so that a hot one never expires. */
  expiry: z.enum(['absolute', 'sliding']),
});

/** One Redis for all query processes. */
const cacheTierSchema = z
  .strictObject({
    /** Exact answers are kept; they are not where absent. */
    answers: answerCacheSchema.optional(),
    /** Conversations are kept, so that any query process goes on with any of them; they are not where absent. */
    sessions: z.boolean().optional(),
    /** Least recently used entries make room beyond it. 128 where absent. */
    maximumMemoryMiB: positiveInteger
      .min(16)
      .max(16 * 1024)
      .optional(),
  })
  .superRefine(({ answers, sessions }, context) => {
    if (answers === undefined && sessions !== true) {
      context.addIssue({ code: 'custom', message: 'a cache that keeps neither answers nor sessions serves nobody: leave it out' });
    }
  });

/** The stateless processes that answer. */
const queryTierSchema = z.strictObject({
  replicas: positiveInteger.max(32),
  /** What the heap of each may hold before it ends (V8's old space), MiB; Node decides where absent. */
  heapMiB: positiveInteger.min(64).max(65_536).optional(),
  /** Connections that each keeps to one vector node; further searches wait for one. 256 where absent. */
  vectorConnections: positiveInteger.max(4096).optional(),
  /** Network time of a round trip to a vector node, as if that were on another machine; none where absent. */
  vectorRoundTripMs: z.number().positive().max(1000).optional(),
});

/** The images of which a variant is made. Every process of the reference system runs from the one `system` image, by command. */
export const imageRoleSchema = z.enum(['system', 'qdrant', 'redis', 'postgres']);
export type ImageRole = z.infer<typeof imageRoleSchema>;

/**
 * Which tiers exist, how many of each, and by which policies they work. One topology renders to processes on one
 * machine, to containers and, later, to manifests.
 */
export const topologySchema = z.strictObject({
  id: nameSchema,
  gateway: z.strictObject({ replicas: positiveInteger.max(16) }),
  query: queryTierSchema,
  provider: z.strictObject({
    embeddings: providerPresetSchema,
    chat: providerPresetSchema,
    /** `instant` where absent. */
    rerank: rerankPresetSchema.optional(),
    limits: providerLimitsSchema.optional(),
    faults: providerFaultsSchema.optional(),
    /** Everything that it does takes so many times as long as its presets say; a minute of its limits is that much longer too. */
    slowdown: z.number().min(1).max(100).optional(),
  }),
  vector: vectorTierSchema,
  /** Absent: no Redis at all. Which engine serves is the platform's affair, and in the report. */
  cache: cacheTierSchema.optional(),
  /** How documents are found; `dense` where absent. */
  retrieval: retrievalSchema.optional(),
  /** Whether the provider puts twice as many candidates as are asked for into a new order; it does not where absent. */
  rerank: z.boolean().optional(),
  resourceRule: resourceRuleSchema,
  /**
   * q of the resource rule: what the vector tier may use as a whole under `equal-total`, what each of its nodes may use
   * under `equal-per-node`. Half a core where absent.
   */
  quota: quotaSchema.optional(),
  /** Other images than the pinned ones. */
  images: z.partialRecord(imageRoleSchema, z.string().min(1)).optional(),
});
export type Topology = z.infer<typeof topologySchema>;

/** The tiers of the reference system, in the order in which a request meets them. */
export const tierSchema = z.enum(['gateway', 'query', 'redis', 'indexer', 'provider', 'vector', 'postgres']);
export type Tier = z.infer<typeof tierSchema>;
