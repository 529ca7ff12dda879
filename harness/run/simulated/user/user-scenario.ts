import type { ScalingRuleSettings } from '../../../autoscaling/index.ts';
import type { ProfileId } from '../../../contract/common.ts';
import { Failure } from '../../../contract/failure.ts';
import { parseOrFail } from '../../../contract/parse.ts';
import { type Profile, type Scenario, type Slo, scenarioSchema, type Variant } from '../../../contract/scenario.ts';
import { simulatedTopology } from '../../../contract/simulated-topology.ts';
import type { SimulatedGoal, SimulatedLoad, SimulatedSystem, SimulatedVariant } from '../../../contract/simulation.ts';
import type { Workload } from '../../../contract/workload.ts';

/** A day and a month of it: no more virtual time fits into one variant. */
const longestSeconds = 31 * 86_400;

export interface UserRule {
  /** From the name of its file, or the rule's own. */
  readonly name: string;
  readonly title: string;
  readonly settings: ScalingRuleSettings;
}

/** Percentiles that a result judges by themselves. */
export const goalPercentiles = [50, 95, 99] as const;
export type UserGoal = SimulatedGoal & { readonly percentile: (typeof goalPercentiles)[number] };

/** What the user brought: an autoscaler, a load, a system, and others to compare with. */
export interface UserRun {
  /** The autoscaler first; the rest is compared with it. */
  readonly rules: readonly [UserRule, ...UserRule[]];
  readonly system: SimulatedSystem;
  readonly load: SimulatedLoad;
  readonly seconds: number;
  readonly goal: UserGoal;
  readonly initialReplicas: number;
  readonly replications: number;
  readonly costPerReplicaHour: number | undefined;
}

const bounds = [
  { id: 'static-at-peak', title: 'as many as the peak needs, all the time', by: 'static-at-peak' },
  { id: 'clairvoyant', title: 'a rule that knows the load beforehand', by: 'clairvoyant' },
] as const;

/** A word as part of a name: lower case, hyphens in the place of everything else. */
export function idOf(word: string, otherwise: string): string {
  const id = word
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  return id === '' ? otherwise : id;
}

/** Names of which each is there once: a second one of a name is numbered. */
function distinct(names: readonly string[], taken: readonly string[]): string[] {
  const seen = new Set(taken);
  return names.map((name) => {
    let id = name;
    for (let number = 2; seen.has(id); number += 1) {
      id = `${name}-${number}`;
    }
    seen.add(id);
    return id;
  });
}

/** What a scenario says of its load and a simulation does not read: its variants bring a load of their own. */
function workloadOf({ load, system }: UserRun): Workload {
  return {
    corpus: { tenants: 1, concepts: 1, chineseShare: 0 },
    queries: { distinct: 1, zipfExponent: 0, neverRepeatedShare: 0, topK: 1 },
    mix: { ask: 1 },
    arrivals: load.arrivals,
    deadlineMs: Math.ceil(system.client.deadlineMs),
    connections: 1,
  };
}

function profileOf({ load, seconds, replications }: UserRun): Profile {
  const { profile } = load;
  const judgedRatePerSecond = profile.shape === 'step' ? Math.max(...profile.steps.map(({ ratePerSecond }) => ratePerSecond)) : 1;
  return {
    documents: 1,
    dimensions: 1,
    repetitions: replications,
    judgedRatePerSecond,
    warmUpSeconds: 0,
    steadySeconds: seconds,
    ladderRatesPerSecond: [],
    rungSeconds: 1,
    recallSamples: 1,
  };
}

const comparedWith = 'the autoscaler is compared with it, and the goal is the autoscaler’s';
const isBound = 'a bound that nobody could run: it knew the load beforehand';

/** Fewer requests than this tell of no percentile. */
const minimumSamples = 200;

function slosOf({ percentile, responseMs, errorShare }: UserGoal): Slo[] {
  return [
    { id: 'response', metric: `ask-response-p${percentile}`, comparator: 'le', limit: responseMs, minimumSamples },
    { id: 'errors', metric: 'error-ratio', comparator: 'le', limit: errorShare, minimumSamples },
  ];
}

/** Settings as they stand in a file: without the fields that are not there. */
function plain(settings: ScalingRuleSettings): Extract<SimulatedVariant['controller'], { by: 'rule' }>['settings'] {
  return JSON.parse(JSON.stringify(settings));
}

/**
 * The scenario that answers what an autoscaler would have done: a variant for each rule and for both bounds, the user's own first.
 * Throws `Failure` (78) where the load is longer than a simulation may be, or the parts do not fit.
 */
export function userScenario(run: UserRun): Scenario {
  const { rules, system, load, seconds, goal, initialReplicas, costPerReplicaHour } = run;
  if (seconds > longestSeconds) {
    throw new Failure(
      'configuration',
      'load_too_long',
      `the load lasts ${Math.round(seconds / 86_400)} days, and at most 31 can be simulated`,
      {
        hint: 'cut the series, or simulate its busiest day',
      },
    );
  }
  const simulated = (controller: SimulatedVariant['controller']): SimulatedVariant => ({
    system,
    load,
    goal,
    controller,
    initialReplicas,
    seconds,
    ...(costPerReplicaHour !== undefined && { costPerReplicaHour }),
  });
  const ids = distinct(
    rules.map(({ name }) => name),
    bounds.map(({ id }) => id),
  );
  const slos = slosOf(goal);
  const variant = (id: string, title: string, controller: SimulatedVariant['controller'], notJudged?: string): Variant => ({
    id,
    title,
    topology: simulatedTopology(id, system, initialReplicas),
    ...(notJudged !== undefined && { measuredOnly: slos.map((slo) => ({ slo: slo.id, why: notJudged })) }),
    simulated: simulated(controller),
  });
  const [own = ''] = ids;
  const percentile = `p${goal.percentile}`;
  const profile = profileOf(run);
  const scenario = {
    id: 'simulate-scaling',
    title: `What ${rules[0].title} would have done with ${load.title}`,
    question: `What would ${rules[0].title} have done to ${percentile} ≤ ${goal.responseMs} ms and to the bill under the load ${load.title}?`,
    hypothesis: `It keeps ${percentile} ≤ ${goal.responseMs} ms with fewer replica-hours than as many replicas as the peak needs, all the time.`,
    baseline: own,
    variants: [
      ...rules.map(({ title, settings }, index) =>
        variant(ids[index] ?? '', title, { by: 'rule', settings: plain(settings) }, index === 0 ? undefined : comparedWith),
      ),
      ...bounds.map(({ id, title, by }) => variant(id, title, { by }, isBound)),
    ],
    workload: workloadOf(run),
    slos,
    ladderLimits: { searchP99Ms: goal.responseMs, errorShare: goal.errorShare, achievedRatio: 0 },
    profiles: { smoke: profile, quick: profile, standard: profile, full: profile } satisfies Record<ProfileId, Profile>,
  };
  return parseOrFail(scenarioSchema, scenario, 'the scenario of this simulation');
}
