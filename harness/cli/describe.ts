import { type ProfileId, profileIdSchema } from '../contract/common.ts';
import { metricDefinition } from '../contract/metrics.ts';
import { type Capability, isSimulated, type Profile, type Scenario, type Variant, variantsIn } from '../contract/scenario.ts';

/** One line per scenario, or one JSON document. */
export function listScenarios(scenarios: readonly Scenario[], json: boolean): string {
  if (json) {
    return `${JSON.stringify(
      scenarios.map(({ id, title, question, variants }) => ({ id, title, question, variants: variants.map((variant) => variant.id) })),
      null,
      2,
    )}\n`;
  }
  const width = Math.max(...scenarios.map(({ id }) => id.length));
  return scenarios.map(({ id, question }) => `${id.padEnd(width)}  ${question}\n`).join('');
}

/** Which profiles measure a variant that nobody named. */
function unasked(profiles: readonly ProfileId[]): string {
  return profiles.length === 0 ? 'only when --variants names it' : `unasked only in ${new Intl.ListFormat('en-GB').format(profiles)}`;
}

const needs: Record<Capability, string> = {
  quotas: 'enforced quotas (--platform docker)',
  qdrant: 'a real Qdrant',
  'network-delay': 'delayed messages between tiers (--platform local)',
};

/** Under what a variant is measured, and when. */
function conditionsText({ topology, requires = [], profiles, simulated }: Variant): string {
  return [
    ...(simulated === undefined ? [`${topology.resourceRule} resources`] : [`simulated, ${simulated.seconds} s of virtual time`]),
    ...(requires.length === 0 ? [] : [`needs ${requires.map((capability) => needs[capability]).join(' and ')}`]),
    ...(profiles === undefined ? [] : [unasked(profiles)]),
  ].join('; ');
}

/** What loads a variant, where that is not the rate of the profile. */
function loadText({ overload, rateOf }: Variant): string {
  if (overload !== undefined) {
    return `; from ${overload.fromPerSecond}/s to ${overload.toPerSecond}/s in ${overload.seconds} s`;
  }
  return rateOf === undefined ? '' : `; arrivals as the users of ${rateOf.users} would ask`;
}

/** What each variant is loaded with in a profile: users who wait for their answers, a rate, or both where variants differ. */
function judgedLoadText({ workload, variants }: Scenario, { users, judgedRatePerSecond }: Profile): string {
  const judged = variants.filter(({ overload, rateOf }) => overload === undefined && rateOf === undefined);
  const loops = judged.map((variant) => variant.workload?.closedLoop ?? workload.closedLoop);
  const counts = new Set(loops.flatMap((loop) => (loop === undefined ? [] : [users ?? loop.users])));
  return [
    ...(counts.size === 0 ? [] : [`with ${[...counts].join(' or ')} users`]),
    ...(loops.includes(undefined) ? [`at ${judgedRatePerSecond}/s`] : []),
  ].join(' or ');
}

/** What a profile makes of a scenario. */
function profileText(scenario: Scenario, id: ProfileId): string {
  const profile = scenario.profiles[id];
  if (isSimulated(scenario)) {
    return `  ${id.padEnd(9)} ${variantsIn(scenario, id).length} variants × ${profile.repetitions} replications in virtual time`;
  }
  const ladder = profile.ladderRatesPerSecond.length === 0 ? 'no ladder' : `ladder ${profile.ladderRatesPerSecond.join(', ')}/s`;
  return `  ${id.padEnd(9)} ${profile.documents} documents × ${profile.dimensions}, ${profile.repetitions} × ${profile.steadySeconds} s ${judgedLoadText(scenario, profile)} per variant, ${ladder}`;
}

/** What a scenario will do, in words; nothing is started. */
export function explainScenario(scenario: Scenario): string {
  const width = Math.max(...scenario.variants.map(({ id }) => id.length));
  const slos = scenario.slos.map(({ metric, comparator, limit, minimumSamples }) => {
    const { title, unit } = metricDefinition(metric);
    return `  ${title} ${comparator === 'le' ? '≤' : '≥'} ${limit} ${unit} (at least ${minimumSamples} samples)`;
  });
  const profiles = profileIdSchema.options.map((id) => profileText(scenario, id));
  return [
    `${scenario.id}: ${scenario.title}`,
    '',
    `Question    ${scenario.question}`,
    `Hypothesis  ${scenario.hypothesis}`,
    '',
    'Variants',
    ...scenario.variants.map(
      (variant) =>
        `  ${variant.id.padEnd(width)} ${variant.title}${loadText(variant)}; ${conditionsText(variant)}${variant.id === scenario.baseline ? '; the baseline' : ''}`,
    ),
    '',
    'Goals',
    ...slos,
    '',
    'Profiles',
    ...profiles,
    '',
  ].join('\n');
}
