import { z } from 'zod';
import { nameSchema, nonNegative, operationKindSchema, positiveInteger, profileIdSchema, share } from './common.ts';
import { workloadOf } from './effective-workload.ts';
import { metricIdSchema } from './metrics.ts';
import { simulatedVariantSchema } from './simulation.ts';
import { topologySchema } from './topology.ts';
import { needsWholeHistory, variantProblems } from './variant-problems.ts';
import { workloadOverrideSchema, workloadSchema } from './workload.ts';

export const comparatorSchema = z.enum(['le', 'ge']);
export type Comparator = z.infer<typeof comparatorSchema>;

/** A goal for one metric. A value that rests on fewer than `minimumSamples` is unknown, never passed. */
export const sloSchema = z.strictObject({
  id: nameSchema,
  metric: metricIdSchema,
  comparator: comparatorSchema,
  limit: z.number(),
  minimumSamples: positiveInteger,
});
export type Slo = z.infer<typeof sloSchema>;

/**
 * What a platform may or may not offer: `quotas` are enforced CPU and memory limits, `qdrant` is a real Qdrant, which
 * alone can form a cluster, `network-delay` is time that messages take between two tiers as if these were on two machines.
 */
export const capabilitySchema = z.enum(['quotas', 'qdrant', 'network-delay']);
export type Capability = z.infer<typeof capabilitySchema>;

/** What can give out first when a system is driven past its knee; `none` when nothing did. */
export const firstLimitKindSchema = z.enum(['memory', 'connections', 'provider', 'cpu', 'response-time', 'none']);
export type FirstLimitKind = z.infer<typeof firstLimitKindSchema>;

/** Open arrivals whose rate rises evenly until something gives out. */
const overloadSchema = z
  .strictObject({
    fromPerSecond: nonNegative,
    toPerSecond: z.number().positive(),
    seconds: z.number().positive().max(3600),
    /** What the topology makes give out first; the run is held to naming it. */
    planted: firstLimitKindSchema.optional(),
  })
  .refine(({ fromPerSecond, toPerSecond }) => fromPerSecond <= toPerSecond, {
    path: ['toPerSecond'],
    error: 'the ramp must not fall',
  });

export const variantSchema = z.strictObject({
  id: nameSchema,
  title: z.string().min(1),
  topology: topologySchema,
  /** Without these it would not be what its title says: the variant is then left out, by name. */
  requires: z.array(capabilitySchema).optional(),
  /** Profiles that measure it unasked; all where absent. Named by `--variants` it is measured in any. */
  profiles: z.array(profileIdSchema).optional(),
  /** Share of the profile's documents that it is filled with; all where absent. */
  documentsShare: z.number().positive().max(1).optional(),
  /** The variant that its ratios are formed against; the scenario's where absent. */
  baseline: nameSchema.optional(),
  /** Whether it climbs the fixed ladder; it does where absent. */
  ladder: z.boolean().optional(),
  /** Goals that it is not held to, because what it costs there is what the scenario asks: shown, and not judged. */
  measuredOnly: z.array(z.strictObject({ slo: nameSchema, why: z.string().min(1) })).optional(),
  /** Fields of the scenario's workload that are otherwise here. */
  workload: workloadOverrideSchema.optional(),
  /**
   * The open twin of a closed variant: its judged rate is that at which the profile's users of `users` would ask if a request took
   * `responseMs` on average, users / (mean think time + `responseMs`), in place of the profile's rate.
   */
  rateOf: z.strictObject({ users: nameSchema, responseMs: nonNegative }).optional(),
  /**
   * It is driven once, past its knee, in a system of its own whose end is a finding and no failure of the run. It has no judged
   * repetitions and is held to no goal.
   */
  overload: overloadSchema.optional(),
  /** It is simulated in virtual time, and nothing is started: its topology says what is meant. All variants of a scenario are, or none. */
  simulated: simulatedVariantSchema.optional(),
});
export type Variant = z.infer<typeof variantSchema>;

/** What a rate must hold to count as carried. */
export const capacityLimitsSchema = z.strictObject({
  /** The requests whose response times are limited. */
  kind: operationKindSchema,
  percentile: z.number().min(50).max(99.9),
  responseMs: z.number().positive(),
  errorShare: share,
  achievedRatio: share,
});
export type CapacityLimits = z.infer<typeof capacityLimitsSchema>;

/** The search for the highest rate that each variant with open arrivals carries, after everything that is judged. */
const capacitySearchSchema = z
  .strictObject({
    startRatePerSecond: z.number().positive(),
    /** The search goes no higher: beyond it the generator would be measured. */
    maximumRatePerSecond: z.number().positive(),
    /** Steady part of one probe; the warm-up of the run comes before it. */
    probeSeconds: z.number().positive(),
    /** The search of one variant ends after so many; about fifteen are enough for a system that knows its mind. */
    maximumProbes: positiveInteger.max(100),
    limits: capacityLimitsSchema,
  })
  .refine(({ startRatePerSecond, maximumRatePerSecond }) => startRatePerSecond <= maximumRatePerSecond, {
    path: ['maximumRatePerSecond'],
    error: 'the highest rate must not be below the first',
  });
export type CapacitySearch = z.infer<typeof capacitySearchSchema>;

/** How long and how large: the only part of a scenario that a profile changes. */
export const profileSchema = z.strictObject({
  documents: positiveInteger,
  dimensions: positiveInteger.max(4096),
  /** Of a simulated variant: its replications, each with a seed of its own. Nothing else of a profile is about a simulation. */
  repetitions: positiveInteger.max(100),
  /** The rate of the judged phase, requests per second. Only this phase can fail a run. */
  judgedRatePerSecond: z.number().positive(),
  /** Users of every closed loop, in place of those that the workload says. */
  users: positiveInteger.max(100_000).optional(),
  /** Connections of the generator, in place of those that the workload says. */
  connections: positiveInteger.max(4096).optional(),
  /** How long each fresh system is driven before anything counts, and its warm-up looked for; 2 where absent. */
  pilotSeconds: z.number().positive().optional(),
  /** The least warm-up of every repetition; the pilots may show that more is needed. */
  warmUpSeconds: nonNegative,
  /** The most that the pilots may make of it; three times `warmUpSeconds` where absent. */
  longestWarmUpSeconds: nonNegative.optional(),
  steadySeconds: z.number().positive(),
  /** Fixed rates, ascending, each measured once per variant beyond the judged phase; they cannot fail a run. */
  ladderRatesPerSecond: z.array(z.number().positive()),
  rungSeconds: z.number().positive(),
  /** Responses per variant whose recall is judged, chosen by seed. */
  recallSamples: positiveInteger,
  /** Keeps the answers of one request in a hundred of every repetition: of so long a one, nobody can read all. */
  sampledHistory: z.literal(true).optional(),
  capacitySearch: capacitySearchSchema.optional(),
});
export type Profile = z.infer<typeof profileSchema>;

export const scenarioSchema = z
  .strictObject({
    id: nameSchema,
    title: z.string().min(1),
    question: z.string().min(1),
    hypothesis: z.string().min(1),
    /** The variant that every ratio is formed against. */
    baseline: nameSchema,
    variants: z.array(variantSchema).min(1),
    workload: workloadSchema,
    slos: z.array(sloSchema).min(1),
    /** What a rung of the ladder must hold to count as passed. */
    ladderLimits: z.strictObject({
      searchP99Ms: z.number().positive(),
      errorShare: z.number().min(0).max(1),
      achievedRatio: z.number().min(0).max(1),
    }),
    profiles: z.record(profileIdSchema, profileSchema),
  })
  .superRefine((scenario, context) => {
    const ids = scenario.variants.map((variant) => variant.id);
    if (!ids.includes(scenario.baseline)) {
      context.addIssue({
        code: 'custom',
        path: ['baseline'],
        message: `unknown variant "${scenario.baseline}"`,
        params: { allowed: ids, received: scenario.baseline },
      });
    }
    const baseline = scenario.variants.findIndex(({ id }) => id === scenario.baseline);
    if (scenario.variants[baseline]?.profiles !== undefined) {
      context.addIssue({
        code: 'custom',
        path: ['variants', baseline, 'profiles'],
        message: `"${scenario.baseline}" is the baseline, which every profile measures`,
      });
    }
    if (scenario.variants[baseline]?.overload !== undefined) {
      context.addIssue({
        code: 'custom',
        path: ['variants', baseline, 'overload'],
        message: `"${scenario.baseline}" is the baseline, and an overload has nothing to be compared with`,
      });
    }
    for (const [position, problems] of variantProblems(scenario.workload, scenario.variants)) {
      for (const { path, message, ...params } of problems) {
        context.addIssue({ code: 'custom', path: ['variants', position, ...path], message, params });
      }
    }
    const driven = scenario.variants.findIndex(({ simulated }) => simulated === undefined);
    if (driven !== -1 && scenario.variants.some(({ simulated }) => simulated !== undefined)) {
      context.addIssue({
        code: 'custom',
        path: ['variants', driven, 'simulated'],
        message: `"${scenario.variants[driven]?.id}" is not simulated, and others are: what was measured and what was simulated do not stand in one result`,
      });
    }
    const shareOf = (id: string) => scenario.variants.find((variant) => variant.id === id)?.documentsShare ?? 1;
    const sloIds = scenario.slos.map(({ id }) => id);
    for (const [index, { id, baseline: own = scenario.baseline }] of scenario.variants.entries()) {
      if (!ids.includes(own)) {
        if (own === scenario.baseline) {
          // Said once already.
          continue;
        }
        context.addIssue({
          code: 'custom',
          path: ['variants', index, 'baseline'],
          message: `unknown variant "${own}"`,
          params: { allowed: ids, received: own },
        });
      } else if (shareOf(own) !== shareOf(id)) {
        context.addIssue({
          code: 'custom',
          path: ['variants', index, 'baseline'],
          message: `"${id}" holds ${shareOf(id)} of the documents and "${own}" ${shareOf(own)}: a ratio of the two would say nothing`,
        });
      }
    }
    for (const [index, { measuredOnly = [] }] of scenario.variants.entries()) {
      for (const [place, { slo }] of measuredOnly.entries()) {
        if (!sloIds.includes(slo)) {
          context.addIssue({
            code: 'custom',
            path: ['variants', index, 'measuredOnly', place, 'slo'],
            message: `unknown goal "${slo}"`,
            params: { allowed: sloIds, received: slo },
          });
        }
      }
    }
    for (const id of profileIdSchema.options.filter((each) => scenario.profiles[each]?.sampledHistory)) {
      const whole = scenario.variants.find((variant) => needsWholeHistory(workloadOf(scenario.workload, variant)));
      if (whole !== undefined) {
        context.addIssue({
          code: 'custom',
          path: ['profiles', id, 'sampledHistory'],
          message: `"${whole.id}" writes or replays a trace, and then every request counts`,
        });
      }
    }
    for (const [index, id] of ids.entries()) {
      if (ids.indexOf(id) !== index) {
        context.addIssue({ code: 'custom', path: ['variants', index, 'id'], message: `variant "${id}" is named twice` });
      }
    }
  });
export type Scenario = z.infer<typeof scenarioSchema>;

/** Whether a scenario is played in virtual time: nothing is started for it, and it needs no platform. */
export function isSimulated({ variants }: Pick<Scenario, 'variants'>): boolean {
  return variants.every(({ simulated }) => simulated !== undefined);
}

/** The variants that a profile measures when none were named. */
export function variantsIn({ variants }: Pick<Scenario, 'variants'>, profile: z.infer<typeof profileIdSchema>): string[] {
  return variants.filter(({ profiles }) => profiles?.includes(profile) ?? true).map(({ id }) => id);
}
