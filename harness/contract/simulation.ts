import { z } from 'zod';
import { arrivalsSchema, rateProfileSchema } from './arrivals.ts';
import { count, intervalSchema, nonNegative, positiveInteger, share } from './common.ts';

/**
 * What a simulated system is made of, what is asked of it, and what came of it. Every time is in the unit of its name; virtual time begins
 * at 0 s. The rule of a simulated system is data of `harness/autoscaling`, which checks it.
 */

const millis = nonNegative.max(86_400_000);

/** How long one kind of work takes, without any waiting. */
export const serviceTimeSchema = z.discriminatedUnion('distribution', [
  z.strictObject({ distribution: z.literal('constant'), ms: millis }),
  z.strictObject({ distribution: z.literal('exponential'), meanMs: millis }),
  z.strictObject({ distribution: z.literal('gamma'), meanMs: millis, cv: z.number().min(0.01).max(10) }),
  z.strictObject({ distribution: z.literal('lognormal'), meanMs: millis, cv: z.number().min(0.01).max(10) }),
  /** Quantiles that were measured, both columns ascending, from percentile 0 to 100; straight lines between them. */
  z.strictObject({
    distribution: z.literal('empirical'),
    quantiles: z
      .array(z.strictObject({ percentile: z.number().min(0).max(100), ms: millis }))
      .min(2)
      .max(1000)
      .superRefine((quantiles, context) => {
        const [first] = quantiles;
        const last = quantiles.at(-1);
        if (first?.percentile !== 0 || last?.percentile !== 100) {
          context.addIssue({
            code: 'custom',
            message: `must begin at percentile 0 and end at 100, received ${first?.percentile} to ${last?.percentile}`,
          });
        }
        for (const [index, { percentile, ms }] of quantiles.entries()) {
          const before = quantiles[index - 1];
          if (before !== undefined && (percentile <= before.percentile || ms < before.ms)) {
            context.addIssue({
              code: 'custom',
              path: [index],
              message: `p${percentile} = ${ms} ms does not follow p${before.percentile} = ${before.ms} ms: both must ascend`,
            });
          }
        }
      }),
  }),
]);
export type ServiceTime = z.infer<typeof serviceTimeSchema>;

export const balancingSchema = z.enum(['round-robin', 'random', 'least-in-flight', 'power-of-two']);

const startUpSchema = z.strictObject({
  /** From being asked for until the process starts: scheduling, pulling the image. */
  scheduleSeconds: nonNegative,
  /** From the start of the process until it is ready: loading, connecting. */
  loadSeconds: nonNegative,
  /** For so long after being ready it is slow … */
  warmUpSeconds: nonNegative,
  /** … its own work taking so many times as long. */
  warmUpSlowdown: z.number().min(1).max(100),
});

const answerCacheModelSchema = z.discriminatedUnion('model', [
  /** So many of the answers are found, by chance. */
  z.strictObject({ model: z.literal('hit-ratio'), hitRatio: share }),
  /** A cache policy of the live system over drawn keys. */
  z.strictObject({
    model: z.literal('policy'),
    policy: z.string().min(1),
    maximumEntries: positiveInteger,
    ttlSeconds: z.number().positive().optional(),
    keys: z.strictObject({
      count: positiveInteger.max(10_000_000),
      /** Zipf. */
      exponent: z.number().min(0).max(4),
      neverRepeatedShare: share,
    }),
  }),
]);

/** What one request meets, in this order: gateway, query replica, answer cache, embedding, vector shards, language model. */
export const simulatedSystemSchema = z
  .strictObject({
    /** Whence the times come: one sentence for the report, and the run that they were measured in. */
    source: z.strictObject({
      kind: z.enum(['assumed', 'measured']),
      text: z.string().min(1),
      runId: z.string().optional(),
    }),
    /** Added to every request; it never waits here. */
    gateway: z.strictObject({ serviceTime: serviceTimeSchema }),
    query: z.strictObject({
      /** Requests that one replica has in hand at a time; a slot is held from the first work to the last. */
      concurrency: positiveInteger.max(100_000),
      /** Requests that may wait for a slot of one replica; a further one is refused. */
      queueLimit: z.int().nonnegative().max(1_000_000),
      /** Event loops of one replica: its own work is served one at a time on each, first come, first served. */
      cores: positiveInteger.max(256),
      /** Own work before and after what other tiers do. */
      prepare: serviceTimeSchema,
      finish: serviceTimeSchema,
      balancing: balancingSchema,
      requests: z.strictObject({ cpuMillicores: positiveInteger, memoryBytes: positiveInteger }),
      /** What a replica holds without a request, and for each that it has in hand or waiting. `heldShare` of its peak it never gives back. */
      memory: z.strictObject({ baseBytes: nonNegative, bytesPerRequest: nonNegative, heldShare: share }),
      startUp: startUpSchema,
      /** A replica that is asked to end takes no more requests, finishes what it has, and is killed after so long. */
      drainSeconds: nonNegative,
    }),
    answerCache: z.strictObject({ lookup: serviceTimeSchema, content: answerCacheModelSchema }).optional(),
    embed: serviceTimeSchema,
    vector: z.strictObject({
      shards: positiveInteger.max(256),
      /** Nodes that hold the same shard; the one with the fewest in flight is asked. */
      replicas: positiveInteger.max(16),
      /** Searches that one node works at; further ones wait. */
      concurrency: positiveInteger.max(1024),
      /** Of one shard. */
      serviceTime: serviceTimeSchema,
      /** So many of the searches of a shard take so many times as long. */
      straggler: z.strictObject({ share, factor: z.number().min(1).max(1000) }).optional(),
    }),
    provider: z.strictObject({
      generate: serviceTimeSchema,
      /** Answers that are written at a time, over all replicas; further ones wait. No limit where absent. */
      slots: positiveInteger.max(1_000_000).optional(),
      /** A request beyond it is refused (429). Enforced per second, refused ones count. */
      requestsPerMinute: z.number().positive().optional(),
    }),
    client: z.strictObject({
      /** From the intended start; whoever has no answer by then has failed, and what works for him is wasted. */
      deadlineMs: z.number().positive(),
      retries: z
        .strictObject({
          /** Attempts after the first, for refused requests only: a deadline is over for good. */
          attempts: positiveInteger.max(10),
          /** Mean wait before the first of them, drawn evenly from 0 to twice that; doubled for each further one. */
          backoffMs: nonNegative,
          /** Retries may be so large a share of first attempts (token bucket, ten to begin with); no limit where absent. */
          budgetShare: share.optional(),
        })
        .optional(),
    }),
  })
  .superRefine(({ query, vector }, context) => {
    if (query.startUp.warmUpSeconds === 0 && query.startUp.warmUpSlowdown !== 1) {
      context.addIssue({
        code: 'custom',
        path: ['query', 'startUp', 'warmUpSlowdown'],
        message: `is ${query.startUp.warmUpSlowdown}, and a warm-up of 0 s slows nothing down`,
      });
    }
    if (vector.straggler !== undefined && vector.straggler.share > 0 && vector.straggler.factor === 1) {
      context.addIssue({ code: 'custom', path: ['vector', 'straggler', 'factor'], message: 'is 1: such a straggler is like all others' });
    }
  });
export type SimulatedSystem = z.infer<typeof simulatedSystemSchema>;

/** What is asked of it. */
export const simulatedLoadSchema = z.strictObject({
  /** One or two words for charts, such as `spike`. */
  title: z.string().min(1).max(40),
  arrivals: arrivalsSchema,
  profile: rateProfileSchema,
});
export type SimulatedLoad = z.infer<typeof simulatedLoadSchema>;

/** The goal that demand, violations and recovery are told by. */
export const simulatedGoalSchema = z.strictObject({
  percentile: z.number().min(50).max(99.9),
  responseMs: z.number().positive(),
  errorShare: share,
});
export type SimulatedGoal = z.infer<typeof simulatedGoalSchema>;

const timetableSchema = z
  .array(z.strictObject({ atSeconds: nonNegative, replicas: z.int().nonnegative().max(10_000) }))
  .min(1)
  .superRefine((steps, context) => {
    for (const [index, { atSeconds }] of steps.entries()) {
      const before = steps[index - 1]?.atSeconds;
      if (before === undefined ? atSeconds !== 0 : atSeconds <= before) {
        context.addIssue({
          code: 'custom',
          path: [index, 'atSeconds'],
          message:
            before === undefined
              ? `is ${atSeconds}, and the first step must be at 0`
              : `is ${atSeconds}, not after the ${before} before it`,
        });
      }
    }
  });

/** Who says how many replicas there are: a rule, one of the two bounds that know the load beforehand, or a timetable. */
const controllerSchema = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('rule'), settings: z.record(z.string(), z.json()) }),
  z.strictObject({ by: z.literal('static-at-peak') }),
  z.strictObject({ by: z.literal('clairvoyant') }),
  /** Ready and paid for by the clock: a loss that is planned, for one. The first step is at 0 s. */
  z.strictObject({ by: z.literal('timetable'), replicas: timetableSchema }),
]);

/** A simulated variant of a scenario: a system, a load and who scales it. */
export const simulatedVariantSchema = z.strictObject({
  system: simulatedSystemSchema,
  load: simulatedLoadSchema,
  goal: simulatedGoalSchema,
  controller: controllerSchema,
  /** Ready and warm at the beginning. */
  initialReplicas: z.int().nonnegative().max(10_000),
  /** How much virtual time there is. */
  seconds: z
    .number()
    .positive()
    .max(31 * 86_400),
  costPerReplicaHour: nonNegative.optional(),
});
export type SimulatedVariant = z.infer<typeof simulatedVariantSchema>;

const responseSchema = z.strictObject({
  mean: nonNegative,
  p50: nonNegative,
  p95: nonNegative,
  p99: nonNegative,
  maximum: nonNegative,
  sampleCount: positiveInteger,
});

export const elasticitySchema = z.strictObject({
  accuracyUnder: nonNegative,
  accuracyOver: nonNegative,
  timeshareUnder: share,
  timeshareOver: share,
  jitterPerMinute: z.number(),
  instability: share,
  sloViolationSeconds: nonNegative,
  violatingRequestRatio: share.optional(),
  replicaSeconds: nonNegative,
  overProvisionedReplicaSeconds: nonNegative,
  timeToRecoverSeconds: nonNegative.optional(),
  cost: nonNegative.optional(),
});

const stepSchema = z.strictObject({ atSeconds: nonNegative, replicas: count });

/** One bin of the course of a simulated run; requests belong to the bin of their intended start. */
const binSchema = z.strictObject({
  fromSeconds: nonNegative,
  arrivals: count,
  failed: count,
  /** Of those that succeeded. */
  p50Ms: nonNegative.optional(),
  p95Ms: nonNegative.optional(),
  /** Of the ready replicas, in cores used by cores that there were. */
  cpuUtilisation: nonNegative.optional(),
  /** Requests that waited for a slot, on average. */
  waiting: nonNegative,
});

/** What one seed made of one simulated variant. */
export const simulatedRunSchema = z.strictObject({
  seed: count,
  /** `unstable`: more was asked than could be served, so that the means below tell how long it was watched and nothing else. */
  stability: z.strictObject({ verdict: z.enum(['stable', 'unstable']), why: z.string() }),
  counts: z.strictObject({
    /** First attempts. */
    arrived: count,
    succeeded: count,
    /** Had no answer by their deadline. */
    timedOut: count,
    /** Found every queue full, or no replica at all, after all retries. */
    refused: count,
    /** Refused by the provider after all retries. */
    refusedByProvider: count,
    /** On a replica that was killed before it had finished. */
    lost: count,
    /** In hand when the run ended. */
    unfinished: count,
    retries: count,
    retriesDenied: count,
    cacheHits: count,
  }),
  /** Of successes; absent where nothing succeeded. */
  responseMs: responseSchema.optional(),
  /** The same as quantiles for a chart. */
  curve: z.array(z.strictObject({ percentile: z.number().min(0).max(100), ms: nonNegative, tailSamples: count })).max(200),
  /** Mean time per stage of successes; the parts add up to the mean response time. */
  stages: z.array(z.strictObject({ stage: z.string(), ms: nonNegative })),
  bins: z.array(binSchema).max(400),
  demand: z.array(stepSchema),
  /** Ready replicas, and those that are paid for: from being scheduled to their end. */
  ready: z.array(stepSchema),
  paid: z.array(stepSchema),
  /** What the rule asked for, where it changed. */
  decisions: z.array(
    z.strictObject({
      atSeconds: nonNegative,
      from: count,
      to: count,
      reason: z.string(),
      signals: z.record(z.string(), z.number()).optional(),
    }),
  ),
  elasticity: elasticitySchema,
  /** Discrete events that were processed. */
  events: count,
});
export type SimulatedRun = z.infer<typeof simulatedRunSchema>;

const estimateSchema = z.strictObject({ mean: z.number(), interval: intervalSchema.optional(), samples: positiveInteger });

/** Something of an autoscaler that contradicts itself, its system or its load, seen before anything was simulated. */
const staticFindingSchema = z.strictObject({
  /** Such as `ceiling-below-target`. */
  check: z.string(),
  /** Where in the spec, such as `metrics[0]`. */
  path: z.string(),
  message: z.string(),
  hint: z.string(),
});

/** What became of a simulated variant over all replications. */
export const simulatedResultSchema = z.strictObject({
  variant: simulatedVariantSchema,
  /** Of the rule; absent where nothing was found, or where it is no autoscaler of Kubernetes. */
  staticFindings: z.array(staticFindingSchema).min(1).optional(),
  /** The rule in a few words, with its settings. */
  rule: z.string(),
  /** The rate that one warm replica serves within the goal, requests per second, and how it was found. Demand rests on it. */
  capacityPerReplica: z.strictObject({ ratePerSecond: nonNegative, why: z.string() }),
  replications: positiveInteger,
  /** Means over the replications with their intervals (Student's t), of the figures of `elasticity` and `p95Ms`, by name. */
  estimates: z.record(z.string(), estimateSchema),
  /** How many replications were unstable. */
  unstable: count,
  /** The first replication in full: what the charts show. */
  run: simulatedRunSchema,
});
export type SimulatedResult = z.infer<typeof simulatedResultSchema>;
