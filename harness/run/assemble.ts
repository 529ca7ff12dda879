import type { Trace } from '../arrivals/trace/trace-request.ts';
import { combineResults } from '../checkers/combine.ts';
import { plantedLimit } from '../checkers/planted-limit.ts';
import { contradictionsOf } from '../claims/contradictions.ts';
import { judgeClaims } from '../claims/index.ts';
import type { Findings } from '../claims/judge.ts';
import type { Capacity } from '../contract/capacity.ts';
import type { Claim } from '../contract/claim.ts';
import { workloadOf } from '../contract/effective-workload.ts';
import { type MetricId, metricDefinition } from '../contract/metrics.ts';
import type { Plan } from '../contract/plan.ts';
import type { ChangeAudit, CheckerResult, Comparison, Result, ResultVariant, ValidityCheck } from '../contract/result.ts';
import type { Scenario, Variant } from '../contract/scenario.ts';
import type { Workload } from '../contract/workload.ts';
import { compare } from '../gates/comparison.ts';
import { judgeSlo } from '../gates/slo.ts';
import { merge } from '../measurement/histogram.ts';
import type { RunningSystem } from '../platform/platform.ts';
import { costsOf } from './costs.ts';
import { verdictOf } from './cut-short.ts';
import { driftCheck } from './drift-check.ts';
import type { Measured } from './fan-out.ts';
import type { JudgedStep } from './judged-step.ts';
import { generatorUse, processUses } from './process-uses.ts';
import { meanMs, percentileMs, steadyHistogram, tailSamples } from './quantiles.ts';
import { resultHead } from './result-head.ts';
import { curvesOf, seriesOf } from './series.ts';
import type { VariantState } from './stage.ts';
import { stageCohorts } from './stages.ts';
import { traceReplayOf } from './trace-hours.ts';
import { cpuPer1k, type VariantFill, variantMetrics } from './variant-metrics.ts';
import type { PilotWarmUp } from './warm-up.ts';

/** Everything that a run learned about one variant. */
export interface VariantFindings {
  readonly variant: Variant;
  readonly components: RunningSystem['components'];
  readonly quotas: RunningSystem['quotas'];
  readonly filled: VariantFill | undefined;
  /** Every judged and rung step, the invalid ones included, in order of execution. */
  readonly steps: readonly JudgedStep[];
  readonly checkers: readonly CheckerResult[];
  /** Of the variants whose documents were changed by id after everything was measured. */
  readonly changeAudit: ChangeAudit | undefined;
  /** What the pilot of its system showed. */
  readonly pilot: PilotWarmUp | undefined;
  readonly capacity: Capacity | undefined;
  /** What its arrivals replay. */
  readonly trace?: Trace | undefined;
}

/** The valid attempt of each judged repetition, by repetition. */
export function countedSteps({ steps }: Pick<VariantFindings, 'steps'>): JudgedStep[] {
  const valid = steps.filter(({ record }) => record.phase === 'judged' && record.validity.verdict === 'valid');
  return [...new Map(valid.map((step) => [step.record.repetition, step])).values()].sort(
    (a, b) => a.record.repetition - b.record.repetition,
  );
}

function errorsOf(judged: readonly JudgedStep[]): ResultVariant['errors'] {
  const all = judged.flatMap(({ quality }) => quality.errors);
  return [...Map.groupBy(all, ({ errorClass }) => errorClass)].map(([errorClass, errors]) => ({
    errorClass,
    count: errors.length,
    exampleRequestIds: errors.slice(0, 5).map(({ requestId }) => requestId),
  }));
}

/** The servers over time: in the step of the over-time panels, and where the rate was highest, which is where something gives out. */
function serverSeriesOf(steps: readonly JudgedStep[], shownStep: string | undefined): Pick<ResultVariant, 'serverSeries'> {
  const busiest = steps.toSorted((a, b) => b.record.offeredPerSecond - a.record.offeredPerSecond)[0]?.record.stepId;
  const kept = steps.filter(
    ({ record: { stepId }, driven }) => (stepId === shownStep || stepId === busiest) && driven.serverSeries.length > 0,
  );
  return kept.length === 0
    ? {}
    : { serverSeries: kept.map(({ record, driven }) => ({ stepId: record.stepId, servers: [...driven.serverSeries] })) };
}

function warmUpOf({ pilot }: VariantFindings, judged: JudgedStep | undefined): Pick<ResultVariant, 'warmUp'> {
  return pilot === undefined || judged === undefined
    ? {}
    : { warmUp: { method: 'MSER-5', ...pilot, usedSeconds: judged.driven.step.warmUpSeconds } };
}

function replayOf(findings: VariantFindings, workload: Workload): Pick<ResultVariant, 'traceReplay'> {
  const { trace } = findings;
  const traceReplay = trace === undefined ? undefined : traceReplayOf({ trace, workload, judged: countedSteps(findings) });
  return traceReplay === undefined ? {} : { traceReplay };
}

function placementIn(filled: VariantFill | undefined): Pick<ResultVariant, 'placement'> {
  return filled?.replicas === undefined
    ? {}
    : { placement: { replicas: [...filled.replicas], remoteShardsPerSearch: filled.remoteShardsPerSearch ?? 0 } };
}

/** Every search of the judged windows with the shards it asked. */
function scatteredIn(findings: VariantFindings): Measured {
  return { variant: findings.variant.id, searches: countedSteps(findings).flatMap(({ quality }) => quality.scattered) };
}

function resultVariant(findings: VariantFindings, baseline: Measured | undefined): ResultVariant {
  const { variant, components, quotas, filled, steps } = findings;
  const judged = countedSteps(findings);
  const rungs = steps.filter(({ record }) => record.phase === 'rung');
  const series = seriesOf(judged);
  const processes = processUses(judged, quotas);
  return {
    id: variant.id,
    title: variant.title,
    resourceRule: variant.topology.resourceRule,
    topology: variant.topology,
    engines: Object.fromEntries(
      components.map(({ tier, engine, version, standIn }) => [tier, `${engine} ${version}${standIn === true ? ' (stand-in image)' : ''}`]),
    ),
    runs: steps.map(({ record }) => record),
    metrics: variantMetrics(judged, rungs, filled),
    curves: curvesOf(judged),
    ...(series === undefined ? {} : { series }),
    ...serverSeriesOf(steps, series?.stepId),
    ...warmUpOf(findings, judged[0]),
    ...(findings.capacity === undefined ? {} : { capacity: findings.capacity }),
    stages: stageCohorts(judged.flatMap(({ quality }) => quality.staged)),
    processes,
    ...generatorUse(judged),
    shards: (filled?.pointsPerShard ?? []).map((points, shard) => ({ id: `shard-${shard}`, points })),
    costs: costsOf({ processes, documents: filled?.documents, measured: scatteredIn(findings), baseline }),
    ...(findings.changeAudit === undefined ? {} : { changeAudit: findings.changeAudit }),
    ...placementIn(filled),
    errors: errorsOf(judged),
  };
}

const ofSearches = (step: JudgedStep) => steadyHistogram([step.driven.observation], 'search');
/** Where somebody searches, asks are few and their times those of searches and more: only where nobody does they are compared. */
const ofAsks = (step: JudgedStep) => (ofSearches(step).totalCount > 0 ? merge([]) : steadyHistogram([step.driven.observation], 'ask'));

/** The metrics that are compared, each with its value in one repetition; a percentile needs ten requests beyond it. */
const compared: readonly (readonly [MetricId, (step: JudgedStep) => number | undefined])[] = [
  ['search-response-mean', (step) => meanMs(ofSearches(step))],
  ['ask-response-mean', (step) => meanMs(ofAsks(step))],
  ...(
    [
      ['search-response-p50', 50, ofSearches],
      ['search-response-p95', 95, ofSearches],
      ['search-response-p99', 99, ofSearches],
      ['ask-response-p50', 50, ofAsks],
      ['ask-response-p95', 95, ofAsks],
      ['ask-response-p99', 99, ofAsks],
    ] as const
  ).map(
    ([id, percentile, histogramOf]) =>
      [
        id,
        (step: JudgedStep) => {
          const histogram = histogramOf(step);
          return tailSamples(histogram.totalCount, percentile) >= 10 ? percentileMs(histogram, percentile) : undefined;
        },
      ] as const,
  ),
  ['cpu-seconds-per-1k', cpuPer1k],
];

/** What a variant is held against, where that was measured too; nothing for a baseline itself. */
function baselineOf(candidate: VariantFindings, scenario: Scenario, findings: readonly VariantFindings[]): VariantFindings | undefined {
  const id = candidate.variant.baseline ?? scenario.baseline;
  return id === candidate.variant.id ? undefined : findings.find(({ variant }) => variant.id === id);
}

function comparisonsOf(scenario: Scenario, findings: readonly VariantFindings[]): Comparison[] {
  return findings.flatMap((candidate) => {
    const baseline = baselineOf(candidate, scenario, findings);
    if (baseline === undefined) {
      return [];
    }
    const byRepetition = new Map(countedSteps(baseline).map((step) => [step.record.repetition, step]));
    return compared.flatMap(([metric, valueIn]) => {
      const pairs = countedSteps(candidate).flatMap((step) => {
        const partner = byRepetition.get(step.record.repetition);
        const [before, after] = [partner === undefined ? undefined : valueIn(partner), valueIn(step)];
        return before === undefined || after === undefined ? [] : [{ baseline: before, variant: after }];
      });
      return (
        compare({
          metric,
          baseline: baseline.variant.id,
          variant: candidate.variant.id,
          resourceRule: candidate.variant.topology.resourceRule,
          pairs,
        }) ?? []
      );
    });
  });
}

function worstChecks(steps: readonly JudgedStep[]): ValidityCheck[] {
  const checks = Map.groupBy(
    steps.flatMap(({ record }) => record.validity.checks),
    ({ id }) => id,
  );
  const badness = ({ verdict, observed, limit }: ValidityCheck) =>
    (verdict === 'fail' ? 2 : verdict === 'unknown' ? 1 : 0) * 1e9 + (limit === 0 ? (observed ?? 0) : (observed ?? 0) / limit);
  return [...checks.values()].flatMap((same) => same.toSorted((a, b) => badness(b) - badness(a))[0] ?? []);
}

/** A run is valid when every planned repetition of every variant has a valid attempt. */
function validityOf(plan: Plan, findings: readonly VariantFindings[], partialReason: string | undefined): Result['validity'] {
  const counted = findings.flatMap(countedSteps);
  const judged = plan.variants.filter((id) => plan.steps.some(({ variant, phase }) => variant === id && phase === 'judged'));
  const missing = judged.flatMap((id) => {
    const variant = findings.find((candidate) => candidate.variant.id === id);
    const present = new Set((variant === undefined ? [] : countedSteps(variant)).map(({ record }) => record.repetition));
    return Array.from({ length: plan.settings.repetitions }, (_, index) => index + 1)
      .filter((repetition) => !present.has(repetition))
      .map((repetition) => {
        const attempts = (variant?.steps ?? []).filter(({ record }) => record.phase === 'judged' && record.repetition === repetition);
        const why = attempts.at(-1)?.record.validity.reasons[0] ?? 'it was not measured';
        return `${id}, repetition ${repetition}: ${why}`;
      });
  });
  const reasons = [...(partialReason === undefined ? [] : [partialReason]), ...missing];
  return {
    verdict: reasons.length === 0 ? 'valid' : 'invalid',
    reasons,
    checks: [...worstChecks(counted), ...driftCheck(findings.map(countedSteps))],
  };
}

/** Does a variant send what a metric is about? Who sends none of it cannot miss its goal. */
function asksFor({ mix }: Workload, metric: MetricId): boolean {
  const { kind } = metricDefinition(metric);
  return kind === undefined || (mix[kind] ?? 0) > 0;
}

export interface AssembleRequest {
  readonly scenario: Scenario;
  readonly plan: Plan;
  readonly platform: Result['platform'];
  readonly leftOut: NonNullable<Result['leftOut']>;
  readonly findings: readonly VariantFindings[];
  /** Variants that were driven past their knee, as far as the run came. */
  readonly overloads: readonly Pick<VariantState, 'overload' | 'components'>[];
  readonly provenance: Result['provenance'];
  readonly partialReason: string | undefined;
  /** The registry; those of this scenario are judged. */
  readonly claims: readonly Claim[];
  readonly ringBalance: Result['ringBalance'];
}

function componentsOf(parts: readonly Pick<VariantFindings, 'components'>[]): Result['components'] {
  const all = parts.flatMap(({ components }) => components).map((component) => ({ ...component }));
  return [...new Map(all.map((component) => [JSON.stringify(component), component])).values()];
}

/** Computes every figure of the result once, from what was observed; renderers only show it. */
export function assembleResult(request: AssembleRequest): Result {
  const measured = measuredResult(request);
  const contradictions = contradictionsOf(request.claims, measured);
  return {
    ...measured,
    claims: judgeClaims(request.claims, measured),
    ...(contradictions.length === 0 ? {} : { contradictions }),
  };
}

function measuredResult({
  scenario,
  plan,
  platform,
  leftOut,
  findings,
  overloads,
  provenance,
  partialReason,
  ringBalance,
}: AssembleRequest): Findings {
  const variants = findings.map((finding) => {
    const baseline = baselineOf(finding, scenario, findings);
    const { variant } = finding;
    return {
      ...resultVariant(finding, baseline === undefined ? undefined : scatteredIn(baseline)),
      // Said only where it is not that of the run.
      ...(variant.workload === undefined && variant.rateOf === undefined
        ? {}
        : { workload: workloadOf(scenario.workload, variant, plan.settings) }),
      ...(variant.rateOf === undefined ? {} : { rateOf: variant.rateOf }),
      ...replayOf(finding, workloadOf(scenario.workload, variant)),
    };
  });
  const held = findings.map(({ variant }, place) => ({
    id: variant.id,
    metrics: variants[place]?.metrics ?? {},
    measuredOnly: variant.measuredOnly,
    workload: workloadOf(scenario.workload, variant),
  }));
  const slos = scenario.slos.map((slo) =>
    judgeSlo(
      slo,
      held.filter(({ workload }) => asksFor(workload, slo.metric)),
    ),
  );
  const driven = overloads.flatMap(({ overload }) => overload ?? []);
  const checkers = [
    ...combineResults(
      findings.flatMap((finding) => finding.checkers),
      true,
    ),
    ...plantedLimit(driven),
  ];
  // Invalid steps count here: a run whose generator was unfit is an unfit environment, not a run without data.
  const judgedSteps = findings.flatMap(({ steps }) => steps).filter(({ record }) => record.phase === 'judged');
  const measuredRequests = [...judgedSteps.map((step) => step.driven.observation.steady), ...driven.map(({ counts }) => counts)].reduce(
    (sum, { succeeded }) => sum + succeeded,
    0,
  );
  return {
    ...resultHead(scenario, plan, partialReason),
    workers: plan.workers,
    verdict: verdictOf(
      [...slos, ...checkers].map(({ verdict }) => verdict),
      measuredRequests,
      partialReason,
    ),
    validity: validityOf(plan, findings, partialReason),
    platform,
    leftOut: [...leftOut],
    components: componentsOf([...findings, ...overloads]),
    slos,
    checkers,
    variants,
    ...(driven.length === 0 ? {} : { overloads: driven }),
    comparisons: comparisonsOf(scenario, findings),
    ...(ringBalance === undefined ? {} : { ringBalance }),
    provenance,
  };
}
