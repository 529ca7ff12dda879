import type { Evidence } from '../../system/api/evidence.ts';
import type { Counts, Observation } from '../contract/observation.ts';
import type { ErrorClass } from '../contract/operation.ts';
import type { RunRecord } from '../contract/result.ts';
import type { Scenario } from '../contract/scenario.ts';
import { type Histogram, merge } from '../measurement/histogram.ts';
import { distributionOf } from '../measurement/order-statistic.ts';
import type { AnsweredAsk, askSeconds } from './ask-answers.ts';
import type { DrivenStep } from './drive.ts';
import type { ScatteredSearch } from './fan-out.ts';
import { meanMs, percentileInterval, percentileMs, steadyHistogram } from './quantiles.ts';
import type { ReplayedRequest } from './replayed-requests.ts';
import type { StagedResponse } from './stages.ts';

export interface SampledMean {
  readonly mean: number;
  readonly sampleCount: number;
}

/** What the history of one step says about the quality of its answers. */
export interface StepQuality {
  readonly recall: SampledMean | undefined;
  /** nDCG@k by the labels of documents and questions, of the same sample. */
  readonly gain: SampledMean | undefined;
  readonly completeAnswers: number;
  readonly answers: number;
  readonly staged: readonly StagedResponse[];
  /** Successful searches of the steady window. */
  readonly scattered: readonly ScatteredSearch[];
  /** Successful asks of the steady window, streamed or not. */
  readonly asks: readonly AnsweredAsk[];
  /** Their response times by second, of both windows. */
  readonly askSeconds: ReturnType<typeof askSeconds>;
  /** Every request of the steady window, where the arrivals were replayed; otherwise none. */
  readonly replayed: readonly ReplayedRequest[];
  readonly errors: readonly { readonly errorClass: ErrorClass; readonly requestId: string }[];
}

export interface JudgedStep {
  readonly driven: DrivenStep;
  readonly quality: StepQuality;
  readonly record: RunRecord;
}

export function failedCount({ failed }: Counts): number {
  return Object.values(failed).reduce((sum, count) => sum + count, 0);
}

/** Complete, and not degraded: what may count as goodput. */
export function isComplete({ shards, degraded }: Evidence): boolean {
  return !degraded && shards.answered === shards.asked;
}

/** Which ladder limits a step broke; empty when all held. */
function brokenLimits({ steady: counts, histograms }: Observation, p99Ms: number | undefined, limits: Scenario['ladderLimits']): string[] {
  // Where nobody searched there is no limit for searches to break.
  const searched = histograms.some(({ kind }) => kind === 'search');
  const errorShare = counts.issued === 0 ? 1 : failedCount(counts) / counts.issued;
  const achieved = counts.issued === 0 ? 0 : counts.succeeded / counts.issued;
  return [
    ...(searched && (p99Ms === undefined || p99Ms > limits.searchP99Ms)
      ? [`search p99 ${p99Ms === undefined ? 'not measured' : `${p99Ms.toFixed(1)} ms`} > ${limits.searchP99Ms} ms`]
      : []),
    ...(errorShare > limits.errorShare ? [`errors ${(errorShare * 100).toFixed(2)} % > ${limits.errorShare * 100} %`] : []),
    ...(achieved < limits.achievedRatio ? [`achieved ÷ offered ${achieved.toFixed(3)} < ${limits.achievedRatio}`] : []),
  ];
}

/** Mean and percentiles of the response times of a window; undefined where nothing succeeded. */
function responseOf(histogram: Histogram): RunRecord['searchResponseMs'] {
  const [mean, p50, p95, p99] = [meanMs(histogram), percentileMs(histogram, 50), percentileMs(histogram, 95), percentileMs(histogram, 99)];
  return mean === undefined || p50 === undefined || p95 === undefined || p99 === undefined
    ? undefined
    : {
        mean,
        p50,
        p95,
        p99,
        sampleCount: histogram.totalCount,
        intervals: {
          p50: percentileInterval(histogram, 50),
          p95: percentileInterval(histogram, 95),
          p99: percentileInterval(histogram, 99),
        },
      };
}

/** Did the asks become slower while the window lasted? Nothing is told of a window that has fewer than two seconds in a third. */
function trendOf(
  { warmUpSeconds, steadySeconds }: Pick<DrivenStep['step'], 'warmUpSeconds' | 'steadySeconds'>,
  seconds: StepQuality['askSeconds'],
): Pick<RunRecord, 'askTrend'> {
  const third = steadySeconds / 3;
  const between = (from: number, to: number) =>
    [...seconds].filter(([second]) => second >= from && second + 1 <= to).map(([, { p50 }]) => p50 / 1000);
  const first = between(warmUpSeconds, warmUpSeconds + third);
  const last = between(warmUpSeconds + steadySeconds - third, warmUpSeconds + steadySeconds);
  return first.length < 2 || last.length < 2
    ? {}
    : { askTrend: { firstMs: distributionOf(first).percentile(50), lastMs: distributionOf(last).percentile(50) } };
}

/** The record of one executed step for `result.json`. */
export function recordOf(driven: DrivenStep, quality: StepQuality, limits: Scenario['ladderLimits']): RunRecord {
  const { step, observation, validity, processes, servers } = driven;
  const searches = responseOf(steadyHistogram([observation], 'search'));
  const asks = responseOf(merge((['ask', 'ask-stream'] as const).map((kind) => steadyHistogram([observation], kind))));
  const broken = brokenLimits(observation, searches?.p99, limits);
  return {
    stepId: step.id,
    order: step.order,
    phase: step.phase === 'rung' ? 'rung' : 'judged',
    repetition: step.repetition,
    ...(step.ratePerSecond === undefined ? {} : { ratePerSecond: step.ratePerSecond }),
    offeredPerSecond: observation.steady.issued / step.steadySeconds,
    achievedPerSecond: observation.steady.succeeded / step.steadySeconds,
    validity: { verdict: validity.verdict, reasons: validity.reasons, checks: validity.checks },
    counts: observation.steady,
    ...(searches === undefined ? {} : { searchResponseMs: searches }),
    ...(asks === undefined ? {} : { askResponseMs: asks }),
    ...trendOf(step, quality.askSeconds),
    ...(quality.recall === undefined ? {} : { recallAt10: quality.recall }),
    ...(quality.gain === undefined ? {} : { ndcgAt10: quality.gain }),
    ...(processes === undefined ? {} : { cpuSeconds: processes.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0) }),
    ...(servers.length === 0 ? {} : { servers: [...servers] }),
    ...(validity.verdict === 'valid' ? { passed: broken.length === 0, brokenLimits: broken } : {}),
  };
}
