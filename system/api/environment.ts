import { z } from 'zod';
import { shardingStrategies } from '../policies/sharding/index.ts';

/**
 * The environment of each process of the reference system: read by the process, rendered by the platforms. Unknown
 * variables are ignored because an environment is shared; missing or wrong ones are reported all at once.
 */
const port = z.coerce.number().int().min(1).max(65_535);
const url = z.url({ protocol: /^https?$/ });
const urlList = z
  .string()
  .min(1)
  .transform((text) => text.split(','))
  .pipe(z.array(url).min(1));

const server = {
  HOST: z.string().default('127.0.0.1'),
  PORT: port,
  LOG_LEVEL: z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('info'),
};
/** How documents are found, and therefore which vectors the points of a collection carry. */
const retrievalSchema = z.enum(['dense', 'hybrid']);
export type Retrieval = z.infer<typeof retrievalSchema>;

/** Shared secret of the processes behind the gateway; they refuse every request without it. */
const internal = { INTERNAL_TOKEN: z.string().min(16) };

const index = {
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  PROVIDER_URL: url,
  /** One per shard; the position is the shard number. With `qdrant-cluster` the peers, each of which takes requests. */
  QDRANT_URLS: urlList,
  /** `qdrant-cluster`: the vector nodes are peers of one Qdrant cluster, which shards by itself. */
  SHARDING_STRATEGY: z.enum([...shardingStrategies, 'qdrant-cluster']).default('hash'),
  /** `range`: documents over which the equal ranges are laid; what comes beyond goes to the last shard. */
  EXPECTED_DOCUMENTS: z.coerce.number().int().min(1).default(1_000_000),
  /** `consistent-hash`: places of each shard on the ring. */
  VIRTUAL_NODES: z.coerce.number().int().min(1).max(10_000).default(150),
  /** `semantic`: shards that a search asks. */
  PROBES: z.coerce.number().int().min(1).max(64).default(2),
  /** `random` and `semantic`: decides draws and first centroids. */
  PLACEMENT_SEED: z.coerce.number().int().min(0).default(1),
  /** What the collection of a cluster is created with; without meaning for the other strategies. */
  CLUSTER_SHARD_NUMBER: z.coerce.number().int().min(1).max(64).default(1),
  CLUSTER_REPLICATION_FACTOR: z.coerce.number().int().min(1).max(16).default(1),
  CLUSTER_WRITE_CONSISTENCY_FACTOR: z.coerce.number().int().min(1).max(16).default(1),
  COLLECTION: z
    .string()
    .regex(/^[a-z0-9_-]{1,64}$/)
    .default('documents'),
  /** `hybrid`: every point also carries a sparse vector of BM25 weights, and searches fuse both lists. */
  RETRIEVAL: retrievalSchema.default('dense'),
  EMBEDDING_DIM: z.coerce.number().int().min(1).max(4096).default(1024),
  EMBEDDING_MODEL: z.string().default('concept-embedding'),
};

export const gatewayEnvironmentSchema = z.object({
  ...server,
  ...internal,
  QUERY_URLS: urlList,
  INDEXER_URL: url,
  /** JSON file of `ApiKeyRecord[]`. */
  API_KEYS_FILE: z.string().min(1),
});
export const queryEnvironmentSchema = z
  .object({
    ...server,
    ...internal,
    ...index,
    CHAT_MODEL: z.string().default('concept-chat'),
    /** Connections to one vector node; further searches wait for one. */
    VECTOR_CONNECTIONS: z.coerce.number().int().min(1).max(4096).default(256),
    /** Reranks every search and question, not only those that ask for it. */
    RERANK: z
      .enum(['true', 'false'])
      .default('false')
      .transform((text) => text === 'true'),
    RERANK_MODEL: z.string().default('concept-rerank'),
    /** Of the Redis that all query processes share; what follows needs it. */
    REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
    /** Keeps conversations; without it a question that names a session is refused. */
    SESSIONS: z
      .enum(['true', 'false'])
      .default('false')
      .transform((text) => text === 'true'),
    /** A conversation is forgotten so long after its last turn. */
    SESSION_TTL_SECONDS: z.coerce.number().int().min(1).default(86_400),
    /** Turns that are kept of a conversation, the latest ones. */
    SESSION_TURNS: z.coerce.number().int().min(1).max(1000).default(20),
    /** Keeps answers for so long; without it none are kept. */
    ANSWER_CACHE_TTL_SECONDS: z.coerce.number().int().min(1).optional(),
    /** `absolute`: counted from when the answer was made; `sliding`: from when it was last given. */
    ANSWER_CACHE_EXPIRY: z.enum(['absolute', 'sliding']).default('absolute'),
  })
  .superRefine(({ REDIS_URL, SESSIONS, ANSWER_CACHE_TTL_SECONDS }, context) => {
    const reader = SESSIONS ? 'SESSIONS is true' : `ANSWER_CACHE_TTL_SECONDS is ${ANSWER_CACHE_TTL_SECONDS}`;
    if (REDIS_URL === undefined && (SESSIONS || ANSWER_CACHE_TTL_SECONDS !== undefined)) {
      context.addIssue({ code: 'custom', path: ['REDIS_URL'], message: `${reader}, which needs REDIS_URL: redis://host:port` });
    }
  });
export const indexerEnvironmentSchema = z.object({
  ...server,
  ...internal,
  ...index,
  /** Changes embedded and applied together. */
  INDEX_BATCH: z.coerce.number().int().min(1).max(1024).default(256),
});
const perMinute = z.coerce.number().positive().max(1e12).optional();
const share = z.coerce.number().min(0).max(1).default(0);

export const providerEnvironmentSchema = z
  .object({
    ...server,
    EMBEDDINGS_PRESET: z.string().default('instant'),
    CHAT_PRESET: z.string().default('instant'),
    RERANK_PRESET: z.string().default('instant'),
    EMBEDDING_DIM: z.coerce.number().int().min(1).max(4096).default(1024),
    CONCEPT_COUNT: z.coerce.number().int().min(1).max(4096).default(256),
    /** Also the seed of times and faults. */
    CONCEPT_SEED: z.coerce.number().int().min(0).default(1),
    /** How many times as fast as real all simulated time runs; for trying out what would take hours. */
    TIME_SCALE: z.coerce.number().min(0.01).max(1000).default(1),
    /** Limits of the chat model. Where absent there is none. */
    LIMIT_REQUESTS_PER_MINUTE: perMinute,
    LIMIT_TOKENS_PER_MINUTE: perMinute,
    /** Over which time the limits are enforced, ms. */
    LIMIT_WINDOW_MS: z.coerce.number().positive().max(60_000).default(1000),
    /** What answers say of the limits: as documented, nothing, -1 throughout, or one of the three by chance. */
    LIMIT_HEADERS: z.enum(['sent', 'absent', 'negative', 'mixed']).default('sent'),
    /** Answers after which the quota of the chat model is exhausted, once and for all. */
    QUOTA_REQUESTS: z.coerce.number().int().min(0).optional(),
    /** Share of chat requests that are told 529. */
    FAULT_OVERLOADED_SHARE: share,
    /** Shares of streamed answers that break off, fall silent, have a broken event, or end with an error. */
    FAULT_CUT_SHARE: share,
    FAULT_STALLED_SHARE: share,
    FAULT_MALFORMED_SHARE: share,
    FAULT_ERROR_SHARE: share,
  })
  .superRefine((settings, context) => {
    const names = ['FAULT_CUT_SHARE', 'FAULT_STALLED_SHARE', 'FAULT_MALFORMED_SHARE', 'FAULT_ERROR_SHARE'] as const;
    const sum = names.reduce((total, name) => total + settings[name], 0);
    if (sum > 1 + 1e-9) {
      context.addIssue({ code: 'custom', path: ['FAULT_CUT_SHARE'], message: `the shares of faulty streams sum to ${sum}: at most 1` });
    }
  });
/** What is Redis' is named as in its configuration; the rest as with every other process here. */
export const cacheNodeEnvironmentSchema = z.object({
  ...server,
  /** Estimated bytes of all entries. Redis' default is 0, no limit, which a process with a bounded heap cannot keep. */
  MAXMEMORY: z.coerce
    .number()
    .int()
    .min(0)
    .default(100 * 1024 * 1024),
  MAXMEMORY_POLICY: z.enum(['noeviction', 'allkeys-lru']).default('allkeys-lru'),
  /** What clients have to log in with; without it (or empty) everybody is let in. */
  REQUIREPASS: z.string().optional(),
  MAXCLIENTS: z.coerce.number().int().min(1).default(10_000),
});
/** Qdrant's own names, so that a real Qdrant and the embedded vector node are started alike. */
export const vectorNodeEnvironmentSchema = z.object({
  QDRANT__SERVICE__HOST: z.string().default('127.0.0.1'),
  QDRANT__SERVICE__HTTP_PORT: port.default(6333),
  /** Full access; without it (or empty) the node asks for no key. */
  QDRANT__SERVICE__API_KEY: z.string().optional(),
  /** Reads only. */
  QDRANT__SERVICE__READ_ONLY_API_KEY: z.string().optional(),
  QDRANT__STORAGE__STORAGE_PATH: z.string().default('./storage'),
  QDRANT__STORAGE__SNAPSHOTS_PATH: z.string().default('./snapshots'),
  /** Not Qdrant's: how long a log may grow before a checkpoint of the collection replaces it. */
  VECTOR_NODE_CHECKPOINT_LOG_BYTES: z.coerce
    .number()
    .int()
    .min(1024)
    .default(32 * 1024 * 1024),
  QDRANT__LOG_LEVEL: z.string().default('INFO'),
  /** The embedded node is in no cluster; a node that was to be in one must not start alone unnoticed. */
  QDRANT__CLUSTER__ENABLED: z
    .enum(['true', 'false'])
    .default('false')
    .refine((enabled) => enabled === 'false', {
      error: 'the embedded vector node has no cluster mode: name a real Qdrant in RAG_TESTBED_QDRANT_BIN',
    }),
});

/** What an API key may do: `reader` searches and asks, `writer` also writes documents, `admin` everything. */
export const roleSchema = z.enum(['reader', 'writer', 'admin']);
export type Role = z.infer<typeof roleSchema>;

/** A key as the gateway stores it: never the key itself. */
export const apiKeyRecordSchema = z.strictObject({
  tenant: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
  role: roleSchema,
  /** SHA-256 of the key, lower-case hex. */
  keySha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type ApiKeyRecord = z.infer<typeof apiKeyRecordSchema>;
