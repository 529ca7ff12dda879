import type { OperationKind, ResourceRule } from '../harness/contract/common.ts';
import type { MetricId } from '../harness/contract/metrics.ts';
import type { Comparison, Result, ResultVariant, RunRecord, SloResult } from '../harness/contract/result.ts';
import type { CheckVerdict, RunVerdict } from '../harness/contract/verdict.ts';

/** What stands in the stamp of a report. A partial or invalid run decides nothing, whatever its checks say. */
export type Stamp = RunVerdict | 'invalid' | 'partial';

/** The stamp, by the precedence of the exit codes: partial, no data, invalid, then the verdict. */
export function stampOf(result: Result): Stamp {
  if (result.status === 'partial') {
    return 'partial';
  }
  if (result.verdict === 'no-data') {
    return 'no-data';
  }
  return result.validity.verdict === 'invalid' ? 'invalid' : result.verdict;
}

/** Does the run decide anything? An invalid or interrupted one does not, whatever its checks say. */
export function decides(result: Result): boolean {
  const stamp = stampOf(result);
  return stamp !== 'invalid' && stamp !== 'partial';
}

/** The verdict of an SLO as it may be read: what a run that decides nothing has seen stays undecided. */
export function readable(result: Result, verdict: CheckVerdict): CheckVerdict {
  return decides(result) ? verdict : 'unknown';
}

/** Is the ratio a finding? Only where the run decides and the comparison did. */
export function found(result: Result, { verdict }: Comparison): boolean {
  return decides(result) && (verdict === 'higher' || verdict === 'lower');
}

const severity: Record<CheckVerdict, number> = { fail: 0, unknown: 1, pass: 2 };

export type SloObservation = SloResult['perVariant'][number];

function worseFirst(a: SloObservation, b: SloObservation): number {
  return severity[a.verdict] - severity[b.verdict] || (a.margin ?? 0) - (b.margin ?? 0);
}

/** The observation nearest to, or farthest beyond, the limit; undefined when no variant was observed. */
export function worstObservation(slo: SloResult): SloObservation | undefined {
  return slo.perVariant.toSorted(worseFirst)[0];
}

/** Failed, undecided, passed; the smallest margin first within each. */
export function orderedSlos(result: Pick<Result, 'slos'>): SloResult[] {
  const margin = (slo: SloResult) => worstObservation(slo)?.margin ?? 0;
  return result.slos.toSorted((a, b) => severity[a.verdict] - severity[b.verdict] || margin(a) - margin(b));
}

export interface WorstSlo {
  readonly slo: SloResult;
  readonly observation: SloObservation;
}

/** The SLO that decides the run and the variant that comes off worst in it. */
export function worstSlo(result: Result): WorstSlo | undefined {
  const slo = orderedSlos(result)[0];
  const observation = slo && worstObservation(slo);
  return slo && observation ? { slo, observation } : undefined;
}

/** As many variants as colour, dash and mark keep apart in one chart. */
const mostDrawn = 6;

/** Has the result more variants than one chart can hold? Then its charts draw some, and its tables have all. */
export function crowded({ variants }: Pick<Result, 'variants'>): boolean {
  return variants.length > mostDrawn;
}

/**
 * The variants that charts of one curve or panel per variant draw, in the order of the plan: all, or six. The baseline comes
 * first, then the variant that breaks each goal or comes nearest to it, failed goals first, then the others as they were planned.
 */
export function drawnVariants(result: Pick<Result, 'variants' | 'baseline' | 'slos'>): readonly ResultVariant[] {
  if (!crowded(result)) {
    return result.variants;
  }
  const nearest = orderedSlos(result).flatMap((slo) => worstObservation(slo)?.variant ?? []);
  const known = new Set(result.variants.map(({ id }) => id));
  const order = new Set([result.baseline, ...nearest, ...known].filter((id) => known.has(id)));
  const chosen = new Set([...order].slice(0, mostDrawn));
  return result.variants.filter(({ id }) => chosen.has(id));
}

export function failedFirst<Checked extends { readonly verdict: CheckVerdict }>(checks: readonly Checked[]): Checked[] {
  return checks.toSorted((a, b) => severity[a.verdict] - severity[b.verdict]);
}

/** How many SLOs may be read as failed and as undecided. */
export function sloCounts(result: Result): { readonly failed: number; readonly undecided: number; readonly total: number } {
  const verdicts = result.slos.map(({ verdict }) => ({ verdict: readable(result, verdict) }));
  return { failed: countOf(verdicts, 'fail'), undecided: countOf(verdicts, 'unknown'), total: verdicts.length };
}

export function countOf(checks: readonly { readonly verdict: CheckVerdict }[], verdict: CheckVerdict): number {
  return checks.filter((each) => each.verdict === verdict).length;
}

/** The percentile that a response-time metric reports, in per cent; undefined for means and other metrics. */
export function percentileOf(metric: MetricId): { readonly kind: OperationKind; readonly percentile: number } | undefined {
  const match = /^(search|ask|ask-stream|upsert)-response-p(\d{2})(\d*)$/.exec(metric);
  if (!match) {
    return undefined;
  }
  const [, kind, whole, fraction] = match;
  return { kind: kind as OperationKind, percentile: Number(`${whole}.${fraction || '0'}`) };
}

/** How many samples lie beyond the percentile that the metric reports. */
export function tailSamples(metric: MetricId, sampleCount: number): number | undefined {
  const tail = percentileOf(metric);
  return tail && tail.percentile > 50 ? Math.round(sampleCount * (1 - tail.percentile / 100)) : undefined;
}

/** Judged repetitions of all variants in the order in which they ran. */
export function judgedInOrder(result: Result): { readonly variant: ResultVariant; readonly run: RunRecord }[] {
  return result.variants
    .flatMap((variant) => variant.runs.filter((run) => run.phase === 'judged').map((run) => ({ variant, run })))
    .toSorted((a, b) => a.run.order - b.run.order);
}

/** Requests issued and answered in all steps that were judged, valid or not. */
export function answered(result: Result): { readonly issued: number; readonly succeeded: number } {
  const runs = judgedInOrder(result).map(({ run }) => run.counts);
  return {
    issued: runs.reduce((sum, counts) => sum + counts.issued, 0),
    succeeded: runs.reduce((sum, counts) => sum + counts.succeeded, 0),
  };
}

/** The rules under which the variants are compared, in order of appearance. */
export function resourceRules(result: Result): ResourceRule[] {
  const compared = result.comparisons.map((each) => each.resourceRule);
  const others = result.variants.filter((each) => each.id !== result.baseline).map((each) => each.resourceRule);
  const all = compared.length > 0 ? compared : others.length > 0 ? others : result.variants.map((each) => each.resourceRule);
  return [...new Set(all)];
}

/** The slowest cohort of the worst variant with its two largest stages; undefined when no stage was measured. */
export function slowestStages(result: Result) {
  const found = result.variants
    .flatMap((variant) => variant.stages.map((cohort) => ({ variant: variant.id, cohort })))
    .toSorted((a, b) => b.cohort.totalMs - a.cohort.totalMs)[0];
  if (!found || found.cohort.totalMs <= 0) {
    return undefined;
  }
  const parts = found.cohort.parts.toSorted((a, b) => b.ms - a.ms).map(({ stage, ms }) => ({ stage, share: ms / found.cohort.totalMs }));
  return { variant: found.variant, cohort: found.cohort.cohort, parts: parts.slice(0, 2) };
}

/** Did the platform enforce quotas? Then throttling and peaks have a meaning. */
export function hasQuotas({ variants }: Pick<Result, 'variants'>): boolean {
  return variants.some(({ processes }) => processes.some(({ quota }) => quota !== undefined));
}
