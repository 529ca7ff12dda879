import { type Probed, type ProbeOutcome, type ProbeTask, searchRate } from '../capacity/rate-search.ts';
import { type Steadiness, steadinessOf } from '../capacity/steadiness.ts';
import type { Capacity } from '../contract/capacity.ts';
import type { Step } from '../contract/plan.ts';
import type { CapacityLimits, CapacitySearch } from '../contract/scenario.ts';
import type { RunningSystem } from '../platform/platform.ts';
import { type DrivenStep, drive } from './drive.ts';
import type { Driving } from './drive-steps.ts';
import { type Outcome, readHistory } from './history.ts';
import { failedCount } from './judged-step.ts';
import { MachineWatch } from './machine-watch.ts';
import { percentileMs, steadyHistogram, tailSamples } from './quantiles.ts';
import { type Stage, stepsShare, type VariantState } from './stage.ts';

/** Of the answer: its bracket is at most this wide, as a share of the rate that held. */
const relativeWidth = 0.05;
const confirmations = 3;
/** An invalid probe is made again so often. */
const retries = 2;
/** The search gives up below this share of its first rate. */
const lowestShare = 1 / 64;

type Verdict = ProbeOutcome & {
  readonly responseMs: number | undefined;
  readonly sampleCount: number;
  readonly steadiness: Steadiness;
};

/** Which limits the steady window of a probe broke. */
function brokenLimits(
  { observation: { steady } }: Pick<DrivenStep, 'observation'>,
  responseMs: number | undefined,
  limits: CapacityLimits,
): string[] {
  const failedShare = steady.issued === 0 ? 1 : failedCount(steady) / steady.issued;
  const achieved = steady.issued === 0 ? 0 : steady.succeeded / steady.issued;
  const what = `${limits.kind} p${limits.percentile}`;
  return [
    ...(responseMs === undefined ? [`no ${limits.kind} succeeded`] : []),
    ...(responseMs !== undefined && responseMs > limits.responseMs
      ? [`${what} ${responseMs.toFixed(1)} ms > ${limits.responseMs} ms`]
      : []),
    ...(failedShare > limits.errorShare ? [`errors ${(failedShare * 100).toFixed(2)} % > ${limits.errorShare * 100} %`] : []),
    ...(achieved < limits.achievedRatio ? [`achieved ÷ offered ${achieved.toFixed(3)} < ${limits.achievedRatio}`] : []),
  ];
}

function decide(driven: DrivenStep, broken: readonly string[], { trend, drift = 0 }: Steadiness): ProbeOutcome {
  const { validity } = driven;
  const moved = `${Math.abs(drift * 100).toFixed(0)} % of their median within the probe`;
  if (validity.verdict === 'invalid') {
    return { verdict: 'undecided', reason: validity.reasons.join(' ') };
  }
  if (trend === 'falling' && broken.length > 0) {
    return { verdict: 'undecided', reason: `not steady: response times fell by ${moved}` };
  }
  if (broken.length > 0) {
    return { verdict: 'failed', reason: broken.join('; ') };
  }
  return trend === 'rising'
    ? { verdict: 'failed', reason: `not steady: response times rose by ${moved}` }
    : { verdict: 'passed', reason: 'every limit held' };
}

/** Whether a probe's rate was carried: every limit held in its steady window, and its response times were not on the rise. */
export function judgeProbe(driven: DrivenStep, history: readonly Outcome[], limits: CapacityLimits): Verdict {
  const { step, observation } = driven;
  const histogram = steadyHistogram([observation], limits.kind);
  // Without one request beyond the percentile it would be the maximum of too few.
  const isKnown = tailSamples(histogram.totalCount, limits.percentile) >= 1;
  const responseMs = isKnown ? percentileMs(histogram, limits.percentile) : undefined;
  const requests = history.flatMap(({ type, kind, intendedUs, doneUs }) =>
    type === 'ok' && kind === limits.kind && doneUs !== undefined && intendedUs >= step.warmUpSeconds * 1e6
      ? [{ at: intendedUs, responseMs: (doneUs - intendedUs) / 1000 }]
      : [],
  );
  const steadiness = steadinessOf(requests);
  const broken = brokenLimits(driven, responseMs, limits);
  const few = !isKnown && histogram.totalCount > 0;
  const outcome: ProbeOutcome = few
    ? { verdict: 'undecided', reason: `${histogram.totalCount} requests are too few for a p${limits.percentile}` }
    : decide(driven, broken, steadiness);
  return { ...outcome, responseMs, sampleCount: histogram.totalCount, steadiness };
}

type KeptProbe = Verdict & { readonly stepId: string; readonly achievedPerSecond: number };

function kept({
  stepId,
  phase,
  ratePerSecond,
  verdict,
  reason,
  achievedPerSecond,
  responseMs,
  sampleCount,
  steadiness,
}: Probed<KeptProbe>): Capacity['probes'][number] {
  return {
    stepId,
    phase,
    ratePerSecond,
    verdict,
    reason,
    achievedPerSecond,
    ...(responseMs === undefined ? {} : { responseMs }),
    sampleCount,
    ...(steadiness.drift === undefined ? {} : { drift: steadiness.drift }),
  };
}

async function searchCapacity(
  stage: Stage,
  driving: Driving,
  system: RunningSystem,
  state: VariantState,
  search: CapacitySearch,
): Promise<Capacity> {
  const { plan, corpus, folder, signal, emit } = stage;
  const { generator, onSecond, warmUp } = driving;
  const variant = state.variant.id;
  const position = plan.variants.indexOf(variant);
  const probe = async ({ index, ratePerSecond, phase }: ProbeTask): Promise<KeptProbe> => {
    const order = plan.steps.length + position * search.maximumProbes + index;
    const step: Step = {
      id: `${String(order).padStart(3, '0')}-${variant}-probe-${index + 1}`,
      order,
      variant,
      phase: 'probe',
      repetition: index + 1,
      ratePerSecond,
      warmUpSeconds: warmUp.seconds,
      steadySeconds: search.probeSeconds,
      // The same for all variants: their n-th probes share arrivals as far as their rates do.
      seed: plan.seed * 10_000 + 5_000 + index + 1,
    };
    emit({ type: 'step', variant, step: step.id, message: `${variant}: capacity, ${phase} at ${ratePerSecond}/s`, progress: stepsShare });
    const driven = await drive({
      step,
      system,
      generator,
      folder,
      workload: corpus.workloadOf(variant),
      prepared: corpus.prepare(step, system.apiKeys),
      machine: new MachineWatch(stage.platform, plan.profile),
      signal,
      onSecond: (second) => onSecond(step, second),
    });
    signal.throwIfAborted();
    state.driven.push(driven);
    const verdict = judgeProbe(driven, await readHistory(driven.operationsFile), search.limits);
    return { ...verdict, stepId: step.id, achievedPerSecond: driven.observation.steady.succeeded / search.probeSeconds };
  };
  const { startRatePerSecond, maximumRatePerSecond, maximumProbes } = search;
  const { probes, ...answer } = await searchRate(
    {
      startRatePerSecond,
      maximumRatePerSecond,
      minimumRatePerSecond: startRatePerSecond * lowestShare,
      relativeWidth,
      confirmations,
      maximumProbes,
      retries,
    },
    probe,
  );
  emit({ type: 'step', variant, message: `${variant}: capacity ${answer.outcome}: ${answer.reason}`, progress: stepsShare });
  return { limits: search.limits, ...answer, probes: probes.map(kept) };
}

/**
 * Searches the highest rate that each variant carries, one variant after the other, where the profile asks for it. A closed loop
 * has no rate, and variants that do not climb the ladder are not driven beyond their judged rate here either.
 */
export async function searchCapacities(stage: Stage, driving: Driving): Promise<void> {
  const { capacitySearch } = stage.plan.settings;
  if (capacitySearch === undefined) {
    return;
  }
  for (const { system, states } of driving.served) {
    for (const state of states) {
      const { id, ladder, overload } = state.variant;
      if (ladder !== false && overload === undefined && stage.corpus.workloadOf(id).closedLoop === undefined) {
        state.capacity = await searchCapacity(stage, driving, system, state, capacitySearch);
      }
    }
  }
}
