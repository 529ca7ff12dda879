import type { ProfileId } from '../harness/contract/common.ts';
import type { Profile, Scenario, Variant } from '../harness/contract/scenario.ts';
import { simulatedTopology } from '../harness/contract/simulated-topology.ts';
import type { SimulatedGoal, SimulatedSystem, SimulatedVariant } from '../harness/contract/simulation.ts';
import { type LoadId, loads } from './scaling-rules/loads.ts';
import { type RuleId, rules } from './scaling-rules/rules.ts';
import {
  cpuBound,
  heavierMix,
  largePod,
  measuredSystem,
  memoryHungry,
  patientClients,
  slotBound,
  startUpSeconds,
} from './scaling-rules/systems.ts';

/** Chapter A's goal for an ask. */
const goal: SimulatedGoal = { percentile: 95, responseMs: 3_000, errorShare: 0.001 };
/** Half a core and 1 GiB for an hour, USD: AWS Fargate, us-east-1, as published in 2025 (0.04048 per core, 0.004445 per GB). */
const costPerReplicaHour = 0.0247;

const usualReplicas = 3;
const longest: ProfileId[] = ['standard', 'full'];
const beyondSmoke: ProfileId[] = ['quick', ...longest];

interface Place {
  readonly load: LoadId;
  readonly id: string;
  readonly title: string;
  readonly system: SimulatedSystem;
  readonly controller: SimulatedVariant['controller'];
  readonly baseline: string;
  readonly profiles: ProfileId[] | undefined;
  readonly initialReplicas?: number;
  readonly costPerReplicaHour?: number;
}

function variant({ load, id, title, system, controller, baseline, profiles, initialReplicas = usualReplicas, ...rest }: Place): Variant {
  const isGate = controller.by === 'static-at-peak';
  const why = 'what it makes of the goal is what the scenario asks';
  return {
    id,
    title: `${loads[load].load.title}: ${title}`,
    topology: simulatedTopology(id, system, initialReplicas),
    simulated: { system, ...loads[load], goal, controller, initialReplicas, costPerReplicaHour, ...rest },
    baseline,
    // As many as the peak needs have to keep the goal: everything else is measured by them.
    ...(isGate
      ? {}
      : {
          measuredOnly: [
            { slo: 'ask-p95', why },
            { slo: 'errors', why },
          ],
        }),
    ...(profiles === undefined ? {} : { profiles }),
  };
}

interface Family {
  readonly system?: SimulatedSystem;
  /** Before the name of the rule, where it is not the load. */
  readonly name?: string;
  readonly profiles: ProfileId[];
  readonly smoke?: readonly RuleId[];
}

/** Both bounds and some rules over one load; ratios are against as many replicas as the peak needs. */
function over(load: LoadId, chosen: readonly RuleId[], { system = cpuBound, name = load, profiles, smoke = [] }: Family): Variant[] {
  const baseline = `${name}-static-at-peak`;
  const inSmoke = smoke.length > 0;
  const common = { load, system, baseline };
  const always = inSmoke ? undefined : profiles;
  return [
    variant({ ...common, id: baseline, title: 'as many as the peak needs', controller: { by: 'static-at-peak' }, profiles: always }),
    variant({ ...common, id: `${name}-clairvoyant`, title: 'clairvoyant', controller: { by: 'clairvoyant' }, profiles: always }),
    ...chosen.map((rule) =>
      variant({
        ...common,
        id: `${name}-${rule}`,
        title: rules[rule].title,
        controller: { by: 'rule', settings: rules[rule].settings },
        profiles: smoke.includes(rule) ? undefined : profiles,
        ...(rule === 'few-large' ? { system: largePod, initialReplicas: 1, costPerReplicaHour: 4 * costPerReplicaHour } : {}),
      }),
    ),
  ];
}

/** One more rule over a load that has its bounds already. */
function beside(load: LoadId, id: string, rule: RuleId, rest: Partial<Place> & { readonly profiles: ProfileId[] }): Variant {
  return variant({
    load,
    id,
    title: rules[rule].title,
    system: cpuBound,
    controller: { by: 'rule', settings: rules[rule].settings },
    baseline: `${load}-static-at-peak`,
    ...rest,
  });
}

/** Chapter C cuts n × 1.5 to a whole number, which leaves one node alone for ever. */
function ratioFrom(load: 'spike' | 'step', nodes: number): Variant {
  return beside(load, `${load}-ratio-from-${nodes}`, 'ratio', {
    title: `chapter C’s ratio rule from ${nodes} ${nodes === 1 ? 'node' : 'nodes'}`,
    initialReplicas: nodes,
    profiles: load === 'spike' ? beyondSmoke : longest,
  });
}

/** One of so many replicas is lost after five minutes, and another one takes its place as soon as one can. */
function oneLost(load: LoadId, id: string, replicas: number, system: SimulatedSystem): Variant {
  const lostAt = 300;
  return variant({
    load,
    id,
    title: `one of ${replicas} is lost`,
    system,
    controller: {
      by: 'timetable',
      replicas: [
        { atSeconds: 0, replicas },
        { atSeconds: lostAt, replicas: replicas - 1 },
        { atSeconds: lostAt + startUpSeconds, replicas },
      ],
    },
    baseline: `${load}-static-at-peak`,
    initialReplicas: replicas,
    profiles: load === 'dark' ? beyondSmoke : longest,
  });
}

const hpas: RuleId[] = ['askbot-hpa', 'default-hpa', 'hpa-cpu-50', 'hpa-cpu-90', 'fast-in', 'few-large'];
const chapterE: RuleId[] = ['cpu-10-minutes', 'memory-5-minutes', 'p95-5-minutes', 'capacity-80'];
const others: RuleId[] = ['keda', 'knative', 'target-tracking'];

const everyLoad: Variant[] = [
  ...over('spike', [...hpas, 'ratio', ...chapterE, ...others], {
    profiles: beyondSmoke,
    smoke: ['askbot-hpa', 'default-hpa', 'ratio'],
  }),
  ...over('step', [...hpas, 'ratio', ...chapterE, ...others], { profiles: longest }),
  ...over('ramp', ['askbot-hpa', 'default-hpa', 'ratio', 'cpu-10-minutes', 'capacity-80', 'knative'], { profiles: longest }),
  ...over(
    'diurnal',
    [
      'askbot-hpa',
      'default-hpa',
      'hpa-cpu-50',
      'hpa-cpu-90',
      'fast-in',
      'ratio',
      'cpu-10-minutes',
      'p95-5-minutes',
      'keda',
      'predictive',
      'scheduled',
    ],
    { profiles: longest },
  ),
  ...over('trace', ['askbot-hpa', 'default-hpa', 'ratio', 'keda'], { profiles: longest }),
];

/** What the claims ask beside the comparison of rules. */
const questions: Variant[] = [
  ...[1, 2, 10].flatMap((nodes) => [ratioFrom('spike', nodes), ratioFrom('step', nodes)]),
  ...over('steady', [], { profiles: beyondSmoke }),
  // As many as keep CPU between the two thresholds.
  beside('steady', 'steady-ratio', 'ratio', { initialReplicas: 6, profiles: beyondSmoke }),
  // A service whose replicas are full while their CPU hardly works.
  ...over('step', ['askbot-hpa', 'ratio', 'keda'], { name: 'slots', system: slotBound, profiles: beyondSmoke }),
  beside('ramp', 'ramp-capacity-80-heavier-mix', 'capacity-80', {
    title: 'chapter E: 80 % of a capacity that is no longer true, asks being heavier',
    system: heavierMix,
    profiles: longest,
  }),
  beside('spike', 'spike-memory-hpa', 'memory-hpa', { system: memoryHungry, profiles: beyondSmoke }),
  ...over('goal', [], { system: measuredSystem, profiles: beyondSmoke }),
  ...over('measured-base', [], { system: measuredSystem, profiles: longest }),
  oneLost('measured-base', 'measured-base-one-of-three-lost', 3, measuredSystem),
  ...(['measured-spike', 'measured-step', 'measured-diurnal', 'measured-trace'] as const).map((load) =>
    beside(load, `${load}-askbot-hpa`, 'askbot-hpa', { system: measuredSystem, baseline: `${load}-askbot-hpa`, profiles: longest }),
  ),
  ...over('day', ['askbot-hpa', 'fast-in'], { profiles: longest }),
  ...over('low', ['qps'], { profiles: beyondSmoke }),
  ...over('night', ['qps'], { profiles: beyondSmoke }),
  ...over('dark', [], { profiles: beyondSmoke }),
  oneLost('dark', 'dark-only-one-lost', 1, cpuBound),
  ...over('cold', ['keda-zero'], { system: patientClients, profiles: beyondSmoke }),
];

/** Of a simulated run a profile decides only the replications and, with the variants, which are simulated; the corpus is that of the times. */
const shape = {
  documents: 2_000,
  dimensions: 384,
  judgedRatePerSecond: 20,
  warmUpSeconds: 0,
  steadySeconds: 1_200,
  ladderRatesPerSecond: [],
  rungSeconds: 1,
  recallSamples: 1,
};

const profiles: Record<ProfileId, Profile> = {
  // One spike and few rules, at most 20 s.
  smoke: { ...shape, repetitions: 3 },
  // All rules over the spike, at most 90 s. Six pairs are the fewest for which a 95 % interval of a ratio exists.
  quick: { ...shape, repetitions: 6 },
  // All loads, at most 15 min.
  standard: { ...shape, repetitions: 6 },
  full: { ...shape, repetitions: 20 },
};

/**
 * What would each autoscaling rule have done to response times and to the bill? To add a rule: its settings in `scaling-rules/rules.ts`
 * and its name in the list of a load; to add a load: its course in `scaling-rules/loads.ts` and a line of `everyLoad`.
 */
export const scalingRules: Scenario = {
  id: 'scaling-rules',
  title: 'Autoscaling rules over the same loads, simulated',
  question: 'What would each autoscaling rule have done to response times and to the bill?',
  hypothesis:
    'No rule that waits for confirmation follows a spike: those that watch the request rate or what waits come nearest to knowing the load beforehand, those that wait for minutes arrive when it is over, and on a service that waits for a language model CPU tells nothing.',
  baseline: 'spike-static-at-peak',
  variants: [...everyLoad, ...questions],
  workload: {
    corpus: { tenants: 1, concepts: 256, chineseShare: 0.4 },
    queries: { distinct: 30, zipfExponent: 0.8, neverRepeatedShare: 0.885, topK: 10 },
    mix: { ask: 1 },
    arrivals: 'poisson',
    deadlineMs: 30_000,
    connections: 1,
  },
  slos: [
    { id: 'ask-p95', metric: 'ask-response-p95', comparator: 'le', limit: goal.responseMs, minimumSamples: 200 },
    { id: 'errors', metric: 'error-ratio', comparator: 'le', limit: goal.errorShare, minimumSamples: 1_000 },
  ],
  ladderLimits: { searchP99Ms: 300, errorShare: 0.001, achievedRatio: 0.98 },
  profiles,
};
