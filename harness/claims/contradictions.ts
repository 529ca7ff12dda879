import type { Claim, Contradiction } from '../contract/claim.ts';
import { meanThinkMs, rateOfUsers } from '../contract/effective-workload.ts';
import type { MetricId } from '../contract/metrics.ts';
import { askBotRuns, type ClosedRun, closedRuns, metricOf, wantedSeconds } from './askbot-runs.ts';
import { boundOf, type Findings } from './judge.ts';

/** What the source material says of its load test, from the registry, with what this run was asked. */
interface Said {
  readonly users: number;
  readonly thinkSeconds: number;
  readonly meanSeconds: number;
  readonly ratePerSecond: number;
  readonly hitShare: number;
  readonly hitSeconds: number;
  readonly successShare: number;
  readonly errorShare: number;
  readonly timeoutShare: number;
}

const millisecondsPerSecond = 1000;
const scenario = 'load-test';

/** Up to four digits, without zeros that say nothing. */
const figure = (value: number) => String(Number(value.toPrecision(4)));
const percent = (share: number) => `${figure(share * 100)} %`;

function said(claims: readonly Claim[], { closedLoop }: ClosedRun): Said | undefined {
  const bound = (id: string) => {
    const claim = claims.find((each) => each.id === id);
    return claim === undefined ? Number.NaN : boundOf(claim);
  };
  const all: Said = {
    users: bound('askbot-load-users'),
    thinkSeconds: meanThinkMs(closedLoop.thinkTime) / millisecondsPerSecond,
    meanSeconds: bound('askbot-load-mean'),
    ratePerSecond: bound('askbot-load-throughput'),
    hitShare: bound('askbot-load-hit-ratio') / 100,
    hitSeconds: bound('askbot-hit-response-time') / millisecondsPerSecond,
    successShare: bound('askbot-load-success') / 100,
    errorShare: bound('production-error-ratio') / 100,
    timeoutShare: bound('production-timeout-ratio') / 100,
  };
  return Object.values(all).every(Number.isFinite) ? all : undefined;
}

type Measured = Contradiction['measured'];

/** One metric of every variant of which it was measured, times a factor that brings it to the unit. */
function measuredIn(
  findings: Findings,
  id: MetricId,
  unit: string,
  factor: number,
  among: ReturnType<typeof askBotRuns> = askBotRuns(findings),
): Measured {
  return among.flatMap((run) => {
    const metric = metricOf(run, id);
    return metric === undefined ? [] : [{ variant: run.variant.id, value: metric.value * factor, unit }];
  });
}

/**
 * The sentences about the load test that exclude one another: computed from the registry and from what the users of this run are, so that a
 * changed claim changes the arithmetic. Empty for other scenarios, and where no closed loop was run.
 */
export function contradictionsOf(claims: readonly Claim[], findings: Findings): Contradiction[] {
  const closed = closedRuns(findings);
  const [first] = closed;
  const given = findings.scenario === scenario && first !== undefined ? said(claims, first) : undefined;
  if (given === undefined || first === undefined) {
    return [];
  }
  const { users, thinkSeconds, meanSeconds, ratePerSecond, hitShare, hitSeconds, successShare, errorShare, timeoutShare } = given;
  const { thinkTime } = first.closedLoop;
  const impliedRate = rateOfUsers({ users, thinkTime }, meanSeconds * millisecondsPerSecond);
  const highestRate = rateOfUsers({ users, thinkTime }, 0);
  const impliedMean = users / ratePerSecond - thinkSeconds;
  const few = closed.filter(({ questions }) => questions === 'five questions');
  const impliedMiss = (meanSeconds - hitShare * hitSeconds) / (1 - hitShare);
  return [
    {
      id: 'rate-of-the-users',
      claims: ['askbot-load-mean', 'askbot-load-throughput'],
      statement: `${users} users who think for ${figure(thinkSeconds)} s and wait ${figure(meanSeconds)} s do not ask ${figure(ratePerSecond)} times a second`,
      arithmetic: `${users} / (${figure(thinkSeconds)} + ${figure(meanSeconds)}) = ${figure(impliedRate)}`,
      implied: { value: impliedRate, unit: 'requests/s' },
      claimed: { value: ratePerSecond, unit: 'requests/s' },
      measured: measuredIn(findings, 'achieved-rate', 'requests/s', 1, closed),
    },
    {
      id: 'mean-for-the-rate',
      claims: ['askbot-load-mean', 'askbot-load-throughput'],
      statement: `${figure(ratePerSecond)} requests/s from ${users} users need a mean of ${figure(Number(impliedMean.toFixed(2)))} s; even instant answers give at most ${figure(highestRate)}/s`,
      arithmetic: `${users} / ${figure(ratePerSecond)} − ${figure(thinkSeconds)} = ${impliedMean.toFixed(2)}`,
      implied: { value: impliedMean, unit: 's' },
      claimed: { value: meanSeconds, unit: 's' },
      measured: measuredIn(findings, 'pooled-response-mean', 's', 1 / millisecondsPerSecond, closed),
    },
    ...missesOf(few, given, findings),
    {
      id: 'misses-for-the-mean',
      claims: ['askbot-load-hit-ratio', 'askbot-hit-response-time', 'askbot-load-mean'],
      statement: `${percent(hitShare)} hits at ${figure(hitSeconds * millisecondsPerSecond)} ms and a mean of ${figure(meanSeconds)} s leave ${figure(Number(impliedMiss.toFixed(2)))} s for a miss`,
      arithmetic: `(${figure(meanSeconds)} − ${figure(hitShare)} × ${figure(hitSeconds)}) / ${figure(1 - hitShare)} = ${impliedMiss.toFixed(2)}`,
      implied: { value: impliedMiss, unit: 's' },
      claimed: { value: meanSeconds, unit: 's' },
      measured: measuredIn(findings, 'miss-response-mean', 's', 1 / millisecondsPerSecond, closed),
    },
    {
      id: 'success-against-errors',
      claims: ['askbot-load-success', 'production-error-ratio'],
      statement: `${percent(successShare)} success is ${figure((1 - successShare) / errorShare)} times the errors that are allowed elsewhere`,
      arithmetic: `100 % − ${percent(successShare)} = ${percent(1 - successShare)}, the limit is ${percent(errorShare)}`,
      implied: { value: (1 - successShare) * 100, unit: '%' },
      claimed: { value: errorShare * 100, unit: '%' },
      measured: measuredIn(findings, 'error-ratio', '%', 100),
    },
    {
      id: 'timeouts-against-errors',
      claims: ['production-timeout-ratio', 'production-error-ratio'],
      statement: `a timeout is an error, so ${percent(timeoutShare)} timeouts cannot go with ${percent(errorShare)} errors`,
      arithmetic: `${percent(timeoutShare)} / ${percent(errorShare)} = ${figure(timeoutShare / errorShare)}`,
      implied: { value: timeoutShare * 100, unit: '%' },
      claimed: { value: errorShare * 100, unit: '%' },
      measured: measuredIn(findings, 'timeout-ratio', '%', 100),
    },
  ];
}

/** A pool of questions that live longer than the test misses once each. */
function missesOf(few: readonly ClosedRun[], { ratePerSecond, hitShare }: Said, findings: Findings): Contradiction[] {
  const [run] = few;
  const ttlSeconds = run?.variant.topology.cache?.answers?.ttlSeconds;
  if (run === undefined || ttlSeconds === undefined || ttlSeconds < wantedSeconds) {
    return [];
  }
  const { mix, queries, corpus } = run.workload;
  const total = Object.values(mix).reduce((sum, weight) => sum + weight, 0);
  const asks = ratePerSecond * wantedSeconds * ((mix.ask ?? 0) / total);
  const misses = queries.distinct * corpus.tenants;
  const hits = 1 - misses / asks;
  return [
    {
      id: 'misses-of-five-questions',
      claims: ['askbot-load-hit-ratio', 'askbot-load-throughput'],
      statement: `${queries.distinct} questions that live for ${ttlSeconds} s miss ${misses} times in ${wantedSeconds} s, which leaves no room for ${percent(1 - hitShare)} misses`,
      arithmetic: `1 − ${misses} / (${figure(ratePerSecond)} × ${wantedSeconds} × ${mix.ask ?? 0} / ${total}) = ${hits.toFixed(5)}`,
      implied: { value: hits * 100, unit: '%' },
      claimed: { value: hitShare * 100, unit: '%' },
      measured: measuredIn(findings, 'answer-hit-ratio', '%', 100, [...few]),
    },
  ];
}
