import type { Interval } from '../contract/common.ts';
import { meanThinkMs } from '../contract/effective-workload.ts';
import type { Measured, MetricId } from '../contract/metrics.ts';
import type { ResultVariant } from '../contract/result.ts';
import type { ClaimVerdict } from '../contract/verdict.ts';
import type { ClosedLoop, Workload } from '../contract/workload.ts';
import { type Findings, type Judgement, short, undecided } from './judge.ts';

/** Users of the load test of the source material, and how long it lasts. */
export const wantedUsers = 1000;
export const wantedSeconds = 600;
/** Under fewer models a sentence about response times would be a sentence about one of them. */
const wantedModels = 3;
/** Distinct questions of the source material; a pool that is not larger and never left is that of its load test. */
const fewQuestions = 5;

/** A variant of the load test with what it was asked. */
export interface AskBotRun {
  readonly variant: ResultVariant;
  readonly model: string;
  readonly workload: Workload;
  readonly questions: 'five questions' | 'realistic repeats';
  readonly isStreamed: boolean;
}

export interface ClosedRun extends AskBotRun {
  readonly closedLoop: ClosedLoop;
}

/** Every judged variant of the load test, in the order of the scenario. */
export function askBotRuns({ variants, workload }: Findings): AskBotRun[] {
  return variants.map((variant) => {
    const asked = variant.workload ?? workload;
    const { distinct, neverRepeatedShare } = asked.queries;
    return {
      variant,
      model: variant.topology.provider.chat,
      workload: asked,
      questions: distinct <= fewQuestions && neverRepeatedShare === 0 ? 'five questions' : 'realistic repeats',
      isStreamed: (asked.mix['ask-stream'] ?? 0) > 0,
    };
  });
}

/** Those in which users wait for whole answers. */
export function closedRuns(findings: Findings): ClosedRun[] {
  return askBotRuns(findings).flatMap((run) => {
    const { closedLoop } = run.workload;
    return closedLoop === undefined || run.isStreamed ? [] : [{ ...run, closedLoop }];
  });
}

/** What one variant says about a claim. */
export interface Finding {
  readonly run: AskBotRun;
  readonly verdict: ClaimVerdict;
  /** In a few words with the figure. */
  readonly text: string;
  readonly measured?: Judgement['measured'];
}

const named = ({ run, text }: Finding) => `${run.variant.id} ${text}`;

function listed(findings: readonly Finding[], verdict: ClaimVerdict): string[] {
  const all = findings.filter((finding) => finding.verdict === verdict);
  return all.length === 0 ? [] : [`${verdict}: ${all.map(named).join(', ')}`];
}

/** The figure that is farthest from what was claimed where the claim is refuted, otherwise the first. */
function shown(findings: readonly Finding[], verdict: ClaimVerdict): Judgement['measured'] {
  return findings.find((finding) => finding.verdict === verdict && finding.measured !== undefined)?.measured;
}

/**
 * One verdict of all models: what holds under one of them only is undecided, and says which. `question` names what was measured, for a
 * run in which there is nothing.
 */
export function agreed(question: string, findings: readonly Finding[]): Judgement {
  if (findings.length === 0) {
    return undecided(`${question} was not run`);
  }
  const verdicts = new Set(findings.map(({ verdict }) => verdict));
  const models = new Set(findings.map(({ run }) => run.model));
  const [only] = verdicts;
  const texts =
    verdicts.size === 1
      ? findings.map(named).join(', ')
      : (['refuted', 'confirmed', 'undecided'] as const).flatMap((verdict) => listed(findings, verdict)).join('; ');
  if (verdicts.size > 1 || only === undefined || only === 'undecided') {
    return undecided(verdicts.size > 1 ? `the variants do not agree: ${texts}` : texts);
  }
  const measured = shown(findings, only);
  if (models.size < wantedModels) {
    return undecided(`${texts}, but under ${models.size} of ${wantedModels} models only`, measured);
  }
  return { verdict: only, ...(measured === undefined ? {} : { measured }), why: texts };
}

/** Like `agreed`, for a promise: one variant that breaks it refutes it. */
export function keptByAll(question: string, findings: readonly Finding[]): Judgement {
  const broken = findings.filter(({ verdict }) => verdict === 'refuted');
  if (broken.length === 0) {
    return agreed(question, findings);
  }
  const measured = shown(broken, 'refuted');
  return { verdict: 'refuted', ...(measured === undefined ? {} : { measured }), why: `broken by ${broken.map(named).join(', ')}` };
}

interface Bound {
  readonly value: number;
  /** Which side keeps the claim. */
  readonly side: 'le' | 'ge';
}

/** Where an interval lies: all of it on the side of the claim, all beyond, or neither. */
export function against({ low, high }: Pick<Interval, 'low' | 'high'>, { value, side }: Bound): ClaimVerdict {
  const [keeps, breaks] = side === 'le' ? [high <= value, low > value] : [low >= value, high < value];
  return keeps ? 'confirmed' : breaks ? 'refuted' : 'undecided';
}

/** Seconds or milliseconds, whichever is shorter to read. */
export function time(ms: number): string {
  return ms >= 1000 ? `${short(ms / 1000)} s` : `${short(ms)} ms`;
}

export function metricOf({ variant }: AskBotRun, id: MetricId): Measured | undefined {
  return variant.metrics[id];
}

/** With fewer users than the claim is about it can be broken, but not kept. */
export function withUsers({ closedLoop }: ClosedRun, verdict: ClaimVerdict, text: string): Pick<Finding, 'verdict' | 'text'> {
  return closedLoop.users >= wantedUsers
    ? { verdict, text }
    : { verdict: verdict === 'confirmed' ? 'undecided' : verdict, text: `${text} with ${closedLoop.users} users` };
}

/**
 * Throughput × (think time + response time) ÷ users, which is 1 while every user is active (the interactive response time law).
 * Undefined where one of the three was not measured.
 */
export function activeShare(run: ClosedRun): number | undefined {
  const rate = metricOf(run, 'offered-rate')?.value;
  const responseMs = metricOf(run, 'pooled-response-mean')?.value ?? metricOf(run, 'ask-response-mean')?.value;
  return rate === undefined || responseMs === undefined
    ? undefined
    : (rate * (meanThinkMs(run.closedLoop.thinkTime) + responseMs)) / 1000 / run.closedLoop.users;
}
