import { judgeClaims } from '../../claims/index.ts';
import type { Claim } from '../../contract/claim.ts';
import type { MetricId } from '../../contract/metrics.ts';
import type { Plan } from '../../contract/plan.ts';
import type { Comparison, Component, Result, ResultVariant } from '../../contract/result.ts';
import type { Scenario } from '../../contract/scenario.ts';
import type { SimulatedResult } from '../../contract/simulation.ts';
import { compare } from '../../gates/comparison.ts';
import { judgeSlo } from '../../gates/slo.ts';
import { verdictOf } from '../cut-short.ts';
import { resultHead } from '../result-head.ts';
import type { Replication } from './replication.ts';
import { simulatedCheckers } from './simulated-checkers.ts';
import { simulatedMetrics } from './simulated-metrics.ts';
import type { ChosenVariant } from './simulated-plan.ts';

const engine = 'discrete-event simulation';
/** What a replica is worth in one variant it is worth in the other. */
const resourceRule = 'equal-per-node';
const simulatedTiers = ['gateway', 'query', 'vector', 'provider'] as const;
const compared: readonly MetricId[] = ['ask-response-mean', 'ask-response-p95', 'slo-violation-seconds', 'replica-hours', 'scaling-cost'];

/** A variant that was simulated, as far as the run came. */
export interface SimulatedFindings {
  readonly variant: ChosenVariant;
  readonly result: SimulatedResult;
  readonly replications: readonly Replication[];
}

function tiersOf({ simulated }: ChosenVariant): Component['tier'][] {
  return [...simulatedTiers, ...(simulated.system.answerCache === undefined ? [] : (['redis'] as const))];
}

function resultVariant({ variant, result, replications }: SimulatedFindings, version: string): ResultVariant {
  const { responseMs, curve, stages } = result.run;
  return {
    id: variant.id,
    title: variant.title,
    resourceRule,
    topology: variant.topology,
    engines: Object.fromEntries(tiersOf(variant).map((tier) => [tier, `${engine} ${version}`])),
    runs: replications.map(({ record }) => record),
    metrics: simulatedMetrics(result, replications),
    curves: responseMs === undefined ? [] : [{ kind: 'ask', sampleCount: responseMs.sampleCount, points: curve }],
    stages:
      responseMs === undefined
        ? []
        : [{ cohort: 'mean', sampleCount: responseMs.sampleCount, totalMs: responseMs.mean, parts: stages.map((part) => ({ ...part })) }],
    processes: [],
    shards: [],
    simulated: result,
    errors: [],
  };
}

/** Ratios over replications of the same seed, both of them stable. */
function comparisonsOf(scenario: Scenario, findings: readonly SimulatedFindings[]): Comparison[] {
  return findings.flatMap(({ variant, replications }) => {
    const id = variant.baseline ?? scenario.baseline;
    const baseline = id === variant.id ? undefined : findings.find((each) => each.variant.id === id);
    if (baseline === undefined) {
      return [];
    }
    const before = new Map(baseline.replications.filter(({ isStable }) => isStable).map((each) => [each.record.repetition, each]));
    return compared.flatMap((metric) => {
      const pairs = replications
        .filter(({ isStable }) => isStable)
        .flatMap(({ record, compared: figures }) => {
          const [one, other] = [before.get(record.repetition)?.compared[metric], figures[metric]];
          return one === undefined || other === undefined ? [] : [{ baseline: one, variant: other }];
        });
      return compare({ metric, baseline: id, variant: variant.id, resourceRule, pairs }) ?? [];
    });
  });
}

/** A run is valid when it came to its end: what a rule makes of its load, an unstable queue included, is a finding and no fault. */
function validityOf(plan: Plan, findings: readonly SimulatedFindings[], partialReason: string | undefined): Result['validity'] {
  const missing = plan.variants.flatMap((id) => {
    const done = findings.find(({ variant }) => variant.id === id)?.replications.length ?? 0;
    return done === plan.settings.repetitions ? [] : [`${id}: ${done} of ${plan.settings.repetitions} replications were simulated`];
  });
  const reasons = [...(partialReason === undefined ? [] : [partialReason]), ...missing];
  return { verdict: reasons.length === 0 ? 'valid' : 'invalid', reasons, checks: [] };
}

export interface AssembleSimulatedRequest {
  readonly scenario: Scenario;
  readonly plan: Plan;
  readonly requested: 'auto' | 'simulated';
  readonly findings: readonly SimulatedFindings[];
  readonly partialReason: string | undefined;
  readonly provenance: Result['provenance'];
  /** The registry; those of this scenario are judged. */
  readonly claims: readonly Claim[];
}

/** The result of a simulated scenario, of the same model as a measured one. */
export function assembleSimulated({
  scenario,
  plan,
  requested,
  findings,
  partialReason,
  provenance,
  claims,
}: AssembleSimulatedRequest): Result {
  const { version } = provenance;
  const variants = findings.map((finding) => resultVariant(finding, version));
  const slos = scenario.slos.map((slo) =>
    judgeSlo(
      slo,
      findings.map(({ variant }, place) => ({
        id: variant.id,
        metrics: variants[place]?.metrics ?? {},
        measuredOnly: variant.measuredOnly,
      })),
    ),
  );
  const checkers = simulatedCheckers(
    findings.map(({ variant, replications }) => ({
      variant: variant.id,
      simulated: variant.simulated,
      replications,
      isJudged: scenario.slos.some(({ id }) => variant.measuredOnly?.every(({ slo }) => slo !== id) ?? true),
    })),
  );
  // Of an unstable replication nothing counts: where there are only such, there are no data.
  const succeeded = findings
    .flatMap(({ replications }) => replications.filter(({ isStable }) => isStable))
    .reduce((sum, { record }) => sum + record.counts.succeeded, 0);
  const tiers = [...new Set(findings.flatMap(({ variant }) => tiersOf(variant)))];
  const found = {
    ...resultHead(scenario, plan, partialReason),
    verdict: verdictOf(
      [...slos, ...checkers].map((check) => check.verdict),
      succeeded,
      partialReason,
    ),
    validity: validityOf(plan, findings, partialReason),
    platform: {
      id: 'simulated' as const,
      requested,
      why: 'every variant is simulated in virtual time: nothing was started',
      engine: `${engine} ${version}`,
    },
    leftOut: [],
    components: tiers.map((tier) => ({ tier, engine, version, embedded: true })),
    slos,
    checkers,
    variants,
    comparisons: comparisonsOf(scenario, findings),
    provenance,
  };
  return { ...found, claims: judgeClaims(claims, found) };
}
