import type { Measured, MetricId, MetricValues } from '../contract/metrics.ts';
import { metricDefinition } from '../contract/metrics.ts';
import { wilsonInterval } from '../gates/wilson.ts';
import { gini, maximumOverMean } from '../measurement/balance.ts';
import { distributionOf, percentileRange } from '../measurement/order-statistic.ts';
import { withholdsP999 } from '../measurement/validity.ts';
import { askMetrics, pooledMetrics, timeoutRatio } from './ask-metrics.ts';
import { requestsOf } from './fan-out.ts';
import { failedCount, type JudgedStep } from './judged-step.ts';
import type { Placement } from './points.ts';
import { measuredMean, measuredPercentile, repetitionInterval, tailSamples } from './quantiles.ts';
import { streamMetrics } from './stream-metrics.ts';

export interface VariantFill extends Placement {
  readonly documents: number;
  readonly seconds: number;
}

type Entry = readonly [MetricId, Measured | undefined];

function measured(id: MetricId, value: number, sampleCount: number, interval?: Measured['interval']): Entry {
  const { unit, window } = metricDefinition(id);
  return [
    id,
    Number.isFinite(value) && sampleCount > 0
      ? { value, unit, sampleCount, window, ...(interval === undefined ? {} : { interval }) }
      : undefined,
  ];
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function rates(judged: readonly JudgedStep[]): Entry[] {
  const counts = judged.map(({ driven }) => driven.observation.steady);
  const issued = sum(counts.map((count) => count.issued));
  const succeeded = sum(counts.map((count) => count.succeeded));
  const failed = sum(counts.map(failedCount));
  const seconds = sum(judged.map(({ driven }) => driven.step.steadySeconds));
  if (issued === 0) {
    return [];
  }
  const achieved = wilsonInterval(succeeded, issued);
  return [
    measured('offered-rate', issued / seconds, issued),
    measured('achieved-rate', succeeded / seconds, succeeded),
    measured('achieved-ratio', succeeded / issued, issued, achieved),
    measured('error-ratio', failed / issued, issued, wilsonInterval(failed, issued)),
  ];
}

function quality(judged: readonly JudgedStep[]): Entry[] {
  const recalls = judged.flatMap((step) => step.quality.recall ?? []);
  const samples = sum(recalls.map(({ sampleCount }) => sampleCount));
  const found = sum(recalls.map(({ mean, sampleCount }) => mean * sampleCount));
  const gains = judged.flatMap((step) => step.quality.gain ?? []);
  const graded = sum(gains.map(({ sampleCount }) => sampleCount));
  const gain = sum(gains.map(({ mean, sampleCount }) => mean * sampleCount)) / graded;
  const answers = sum(judged.map((step) => step.quality.answers));
  const complete = sum(judged.map((step) => step.quality.completeAnswers));
  return [
    // A query's recall counts as one fractional trial: ten hits of one query are not ten independent ones.
    ...(samples === 0 ? [] : [measured('recall-at-10', found / samples, samples, wilsonInterval(Math.min(found, samples), samples))]),
    ...(graded === 0
      ? []
      : [
          measured(
            'ndcg-at-10',
            gain,
            graded,
            repetitionInterval(
              gain,
              gains.map(({ mean }) => mean),
            ),
          ),
        ]),
    ...(answers === 0 ? [] : [measured('complete-answer-ratio', complete / answers, answers, wilsonInterval(complete, answers))]),
  ];
}

/** CPU seconds per 1,000 jobs of one step. */
export function cpuPer1k({ driven }: JudgedStep): number | undefined {
  const { processes, observation } = driven;
  return processes === undefined || observation.steady.issued === 0
    ? undefined
    : (1000 * sum(processes.map(({ cpuSeconds }) => cpuSeconds))) / observation.steady.issued;
}

function resources(judged: readonly JudgedStep[]): Entry[] {
  const costs = judged.flatMap((step) => cpuPer1k(step) ?? []);
  const last = judged.at(-1)?.driven.processes ?? [];
  const resident = last.flatMap(({ residentBytes }) => residentBytes ?? []);
  const nodes = last.filter(({ tier }) => tier === 'vector');
  const nodeBytes = nodes.flatMap(({ residentBytes }) => residentBytes ?? []);
  const cost = sum(costs) / costs.length;
  return [
    measured('cpu-seconds-per-1k', cost, costs.length, repetitionInterval(cost, costs)),
    // A sum over some of the processes would pass for the whole.
    ...(resident.length === last.length ? [measured('resident-bytes', sum(resident), resident.length)] : []),
    ...(nodeBytes.length === nodes.length ? [measured('vector-resident-bytes', sum(nodeBytes), nodeBytes.length)] : []),
  ];
}

/** What a search asks of the shards, and what it moves. */
function searchCosts(judged: readonly JudgedStep[]): Entry[] {
  const searches = judged.flatMap(({ quality: { scattered } }) => scattered);
  if (searches.length === 0) {
    return [];
  }
  const mean = (values: readonly number[]) => sum(values) / values.length;
  const slowest = searches.flatMap(({ asked, answered, shardsMs }) =>
    shardsMs !== undefined && asked === answered && shardsMs.length > 0 ? Math.max(...shardsMs) : [],
  );
  const distribution = slowest.length === 0 ? undefined : distributionOf(slowest);
  const sent = judged.flatMap(({ driven }) => driven.searchRequestBytes ?? []);
  return [
    measured('fan-out', mean(searches.map(({ asked }) => asked)), searches.length),
    measured('requests-per-query', mean(searches.map(requestsOf)), searches.length),
    ...(distribution === undefined
      ? []
      : ([50, 95, 99] as const)
          .filter((percentile) => tailSamples(slowest.length, percentile) >= 1)
          .map((percentile) =>
            measured(
              `slowest-shard-p${percentile}`,
              distribution.percentile(percentile),
              slowest.length,
              percentileRange(slowest, percentile),
            ),
          )),
    ...(sent.length === 0 ? [] : [measured('search-request-bytes', mean(sent), searches.length)]),
    measured('search-response-bytes', mean(searches.map(({ responseBytes }) => responseBytes)), searches.length),
  ];
}

function ladder(steps: readonly JudgedStep[]): Entry[] {
  const decided = steps.map(({ record }) => record).filter(({ passed }) => passed !== undefined);
  const rated = decided.flatMap((record) => (record.ratePerSecond === undefined ? [] : [{ ...record, rate: record.ratePerSecond }]));
  const byRate = Map.groupBy(rated, ({ rate }) => rate);
  // A rate that was measured several times passes when most of its windows did.
  const outcomes = [...byRate].map(([rate, records]) => ({
    rate,
    passed: records.filter(({ passed }) => passed === true).length * 2 > records.length,
  }));
  const passedRates = outcomes.filter(({ passed }) => passed).map(({ rate }) => rate);
  const failedRates = outcomes.filter(({ passed }) => !passed).map(({ rate }) => rate);
  return [
    measured('highest-passed-rate', Math.max(...passedRates), decided.length),
    measured('lowest-failed-rate', Math.min(...failedRates), decided.length),
  ];
}

function fillMetrics(filled: VariantFill | undefined): Entry[] {
  if (filled === undefined) {
    return [];
  }
  const { documents, seconds, pointsPerShard } = filled;
  return [
    measured('fill-rate', documents / seconds, documents),
    measured('indexing-seconds-per-1k', (1000 * seconds) / documents, documents),
    measured('shard-balance', maximumOverMean(pointsPerShard), sum(pointsPerShard)),
    measured('shard-gini', gini(pointsPerShard), sum(pointsPerShard)),
  ];
}

/** Every metric of a variant that its valid judged steps, its ladder and its fill support; what was not measured is absent. */
export function variantMetrics(
  judged: readonly JudgedStep[],
  ladderSteps: readonly JudgedStep[],
  filled: VariantFill | undefined,
): MetricValues {
  const observations = judged.map(({ driven }) => driven.observation);
  const p999Withheld = judged.some(({ driven }) => withholdsP999(driven.validity.checks));
  const entries: Entry[] = [
    ['search-response-mean', measuredMean(observations, 'search')],
    ['search-response-p50', measuredPercentile(observations, 'search', 50)],
    ['search-response-p95', measuredPercentile(observations, 'search', 95)],
    ['search-response-p99', measuredPercentile(observations, 'search', 99)],
    ['search-response-p999', p999Withheld ? undefined : measuredPercentile(observations, 'search', 99.9)],
    ['ask-response-mean', measuredMean(observations, 'ask')],
    ['ask-response-p50', measuredPercentile(observations, 'ask', 50)],
    ['ask-response-p95', measuredPercentile(observations, 'ask', 95)],
    ['ask-response-p99', measuredPercentile(observations, 'ask', 99)],
    ['ask-stream-response-mean', measuredMean(observations, 'ask-stream')],
    ['ask-stream-response-p50', measuredPercentile(observations, 'ask-stream', 50)],
    ['ask-stream-response-p95', measuredPercentile(observations, 'ask-stream', 95)],
    ['ask-stream-response-p99', measuredPercentile(observations, 'ask-stream', 99)],
    ['health-response-p95', measuredPercentile(observations, 'health', 95)],
    ...askMetrics(judged),
    ...pooledMetrics(observations),
    timeoutRatio(observations),
    ['upsert-response-p50', measuredPercentile(observations, 'upsert', 50)],
    ['upsert-response-p95', measuredPercentile(observations, 'upsert', 95)],
    ...streamMetrics(observations),
    ...rates(judged),
    ...quality(judged),
    ...resources(judged),
    ...searchCosts(judged),
    ...ladder([...judged, ...ladderSteps]),
    ...fillMetrics(filled),
  ];
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as MetricValues;
}
