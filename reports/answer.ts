import type { MetricId } from '../harness/contract/metrics.ts';
import type { Comparison, Result, ResultVariant } from '../harness/contract/result.ts';
import { answered, crowded, hasQuotas, resourceRules, stampOf, worstSlo } from './findings.ts';
import { count, coverage, duration, figure, interval, joined, range, ratio, signedPercent, significant } from './numbers.ts';
import { overloadSentence } from './overload-text.ts';
import { scalingAnswer } from './scaling/answer.ts';
import { isSimulation } from './scaling/groups.ts';
import { sloSentence } from './slo-text.ts';
import type { Strings } from './strings.ts';
import { inUnit, limitInUnit } from './validity-text.ts';
import { comparisonOf, variantGroups } from './variant-groups.ts';

/** The answer to the question of a scenario, and the sentences that say how far it reaches. */
export interface Answer {
  readonly headline: string;
  readonly qualifiers: readonly string[];
}

/** The metric of the headline is fixed by what was compared and never by how it came out. */
const headlineMetrics: readonly MetricId[] = [
  'search-response-p95',
  'ask-response-p95',
  'search-response-p50',
  'search-response-mean',
  'search-response-p99',
];

/** Two-sided Wilcoxon signed rank: fewer pairs cannot reach 95 % whatever they show. */
export const pairsNeededAt95 = 6;

/** Every sentence carries the machine and the resource rule, because no ratio means anything without them. */
export function answerOf(result: Result, s: Strings): Answer {
  if (isSimulation(result)) {
    return simulated(result, s);
  }
  const setting = s.setting(resourceRules(result));
  switch (stampOf(result)) {
    case 'partial':
      return { headline: s.answer.partial(setting, result.partialReason), qualifiers: [s.answer.noVerdict(setting)] };
    case 'no-data': {
      const { issued, succeeded } = answered(result);
      return { headline: s.answer.nothing(setting, count(succeeded), count(issued)), qualifiers: [] };
    }
    case 'invalid':
      return { headline: s.answer.invalid(setting, result.validity.reasons), qualifiers: [s.answer.noVerdict(setting)] };
    case 'pass':
    case 'fail':
    case 'inconclusive':
      return decided(result, s);
  }
}

/** Nothing was started, so neither a machine nor what a variant may use of it is a condition of the answer. */
function simulated(result: Result, s: Strings): Answer {
  switch (stampOf(result)) {
    case 'partial':
      return { headline: s.answer.partial(s.scaling.setting, result.partialReason), qualifiers: [] };
    case 'invalid':
      return { headline: s.answer.invalid(s.scaling.setting, result.validity.reasons), qualifiers: [] };
    case 'no-data':
    case 'pass':
    case 'fail':
    case 'inconclusive':
      return scalingAnswer(result, s);
  }
}

function decided(result: Result, s: Strings): Answer {
  const users = usersHeadline(result, s);
  if (users !== undefined) {
    return users;
  }
  const primary = headlineComparison(result);
  const costs = result.variants.some((each) => each.topology.vector.shards > 1);
  const rest = [
    ...(primary ? (crowded(result) ? byGroup(result, primary.metric, s) : secondary(result, primary, s)) : []),
    ...(crowded(result) ? [] : ladder(result, s)),
    ...disturbances(result, s),
    ...(costs ? [s.answer.scope(s.setting(resourceRules(result)), hasQuotas(result))] : []),
    ...(result.leftOut ?? []).map(({ variant, why }) => s.answer.leftOut(s.setting(resourceRules(result)), variant, why)),
  ];
  if (primary) {
    return { headline: headline(primary, s), qualifiers: [evidence(result, primary, s), ...rest] };
  }
  const setting = s.setting(resourceRules(result));
  const worst = worstSlo(result);
  return { headline: worst ? s.answer.bySlo(setting, sloSentence(worst, s)) : s.answer.noComparison(setting), qualifiers: rest };
}

/** How long users wait: the answer of a run that has some. Undefined where nobody waits before he asks again, or nobody was answered. */
function usersHeadline(result: Result, s: Strings): Answer | undefined {
  const setting = s.setting(resourceRules(result));
  const mean = ({ metrics }: ResultVariant) => metrics['ask-response-mean']?.value;
  const closed = result.variants.flatMap((variant) => {
    const { closedLoop } = variant.workload ?? result.workload;
    const meanMs = mean(variant);
    return closedLoop === undefined || meanMs === undefined ? [] : [{ variant, meanMs, users: closedLoop.users }];
  });
  const sorted = closed.toSorted((a, b) => a.meanMs - b.meanMs);
  const [shortest, longest] = [sorted[0], sorted.at(-1)];
  const overloads = (result.overloads ?? []).map((overload) => overloadSentence(overload, s));
  if (shortest === undefined || longest === undefined) {
    const [first, ...others] = overloads;
    return first === undefined ? undefined : { headline: first, qualifiers: others };
  }
  const twins = closed.flatMap(({ variant, meanMs }) => {
    const twin = result.variants.find(({ rateOf }) => rateOf?.users === variant.id);
    const openMs = twin === undefined ? undefined : mean(twin);
    return openMs === undefined ? [] : [s.load.twin(variant.id, joined(duration(meanMs)), joined(duration(openMs)))];
  });
  return {
    headline: s.load.headline(
      setting,
      longest.users,
      joined(duration(shortest.meanMs)),
      shortest.variant.id,
      joined(duration(longest.meanMs)),
      longest.variant.id,
    ),
    qualifiers: [
      ...(twins.length > 0 ? [s.load.twins(setting, twins)] : []),
      ...overloads,
      ...disturbances(result, s),
      ...(result.leftOut ?? []).map(({ variant, why }) => s.answer.leftOut(setting, variant, why)),
    ],
  };
}

/**
 * Of the first metric that was compared, the variant that moved most; a decided ratio before an undecided one. Of many variants the
 * first of the plan, which is the one that the question asks for: one that moves most there always is.
 */
function headlineComparison(result: Result): Comparison | undefined {
  for (const metric of [...headlineMetrics, ...result.comparisons.map((each) => each.metric)]) {
    const candidates = result.comparisons.filter((each) => each.metric === metric);
    const first = crowded(result) ? firstPlanned(result, candidates) : candidates.toSorted((a, b) => weight(b) - weight(a))[0];
    if (first) {
      return first;
    }
  }
  return undefined;
}

function firstPlanned(result: Result, candidates: readonly Comparison[]): Comparison | undefined {
  const place = ({ variant }: Comparison) => result.variants.findIndex(({ id }) => id === variant);
  return candidates.toSorted((a, b) => place(a) - place(b))[0];
}

/** One sentence for each thing that the variants are compared for; what is not in it stands in the table of the comparison. */
function byGroup(result: Result, metric: MetricId, s: Strings): string[] {
  return variantGroups(result).map(({ id, shards, variants }) => {
    const judged = variants.flatMap((variant) => comparisonOf(result, variant.id, metric) ?? []);
    const name = (each: Comparison) => (each.baseline === result.baseline ? each.variant : `${each.variant} ÷ ${each.baseline}`);
    const of = (...verdicts: readonly Comparison['verdict'][]) => judged.filter((each) => verdicts.includes(each.verdict));
    return s.answer.group(
      s.group.name[id](shards),
      s.setting([...new Set(judged.map((each) => each.resourceRule))]),
      s.metricTitle(metric),
      result.baseline,
      of('higher', 'lower').map((each) => s.answer.ratioItem(name(each), ratio(each.ratio), ratioInterval(each), count(each.pairs))),
      of('no-difference-seen').map((each) => s.answer.noneItem(name(each), detectable(each.detectableEffect))),
      of('undecided').map(name),
    );
  });
}

function weight(comparison: Comparison): number {
  const moved = comparison.verdict === 'higher' || comparison.verdict === 'lower';
  return (moved ? 1_000 : 0) + Math.abs(Math.log(comparison.ratio));
}

function headline(comparison: Comparison, s: Strings): string {
  const { metric, baseline, variant, verdict, detectableEffect } = comparison;
  const setting = s.setting([comparison.resourceRule]);
  const title = s.metricTitle(metric);
  switch (verdict) {
    case 'higher':
    case 'lower':
      return s.answer.ratio(setting, title, variant, baseline, ratio(comparison.ratio));
    case 'no-difference-seen':
      return s.answer.noDifference(setting, title, variant, baseline, detectable(detectableEffect));
    case 'undecided':
      return s.answer.undecided(setting, title, variant, baseline);
  }
}

/** A change that would have been seen, as unsigned per cent; undefined when the result does not say. */
export function detectable(effect: number | undefined): string | undefined {
  return effect === undefined ? undefined : `${signedPercent(effect).replace(/^[+±]/, '')} %`;
}

/** `1.60–1.79`, with the coverage where it is below 95 %. */
export function ratioInterval(comparison: Comparison): string | undefined {
  const { interval: bounds } = comparison;
  if (!bounds) {
    return undefined;
  }
  const text = range(significant(bounds.low), significant(bounds.high));
  return `${text}${coverage(bounds.confidence)}`;
}

function evidence(result: Result, comparison: Comparison, s: Strings): string {
  const setting = s.setting([comparison.resourceRule]);
  const bounds = ratioInterval(comparison);
  const pairs = count(comparison.pairs);
  const samples = result.variants.map((each) => each.metrics[comparison.metric]?.sampleCount ?? 0);
  const fewest = count(Math.min(...samples));
  if (bounds === undefined) {
    return comparison.pairs < pairsNeededAt95
      ? s.answer.tooFewPairs(setting, comparison.pairs, pairsNeededAt95, ratio(comparison.ratio))
      : s.answer.noInterval(setting, pairs, ratio(comparison.ratio));
  }
  return s.answer.evidence(setting, ratio(comparison.ratio), bounds, pairs, fewest);
}

function secondary(result: Result, primary: Comparison, s: Strings): string[] {
  const others = result.comparisons.filter((each) => each !== primary);
  const several = new Set(result.comparisons.map((each) => each.variant)).size > 1;
  const sentences: string[] = [];
  for (const rule of resourceRules(result)) {
    const setting = s.setting([rule]);
    const ruled = others.filter((each) => each.resourceRule === rule);
    const name = (each: Comparison) => (several ? s.answer.metricOf(s.metricTitle(each.metric), each.variant) : s.metricTitle(each.metric));
    const moved = ruled.filter((each) => each.verdict === 'higher' || each.verdict === 'lower');
    const same = ruled.filter((each) => each.verdict === 'no-difference-seen');
    const open = ruled.filter((each) => each.verdict === 'undecided');
    if (moved.length > 0) {
      sentences.push(
        s.answer.also(
          setting,
          moved.map((each) => s.answer.ratioItem(name(each), ratio(each.ratio), ratioInterval(each), count(each.pairs))),
        ),
      );
    }
    if (same.length > 0) {
      sentences.push(
        s.answer.alsoNone(
          setting,
          same.map((each) => s.answer.noneItem(name(each), detectable(each.detectableEffect))),
        ),
      );
    }
    if (open.length > 0) {
      sentences.push(s.answer.alsoUndecided(setting, open.map(name)));
    }
  }
  return sentences;
}

/** What others took of the machine, where it was too much for response times to stand by themselves. */
function disturbances(result: Result, s: Strings): string[] {
  return result.validity.checks.flatMap(({ id, title, observed, limit, unit }) =>
    (id === 'foreign-cpu' || id === 'cpu-steal') && observed !== undefined && observed > limit
      ? [s.answer.disturbed(s.setting(resourceRules(result)), title, inUnit(observed, unit), limitInUnit(limit, unit))]
      : [],
  );
}

function ladder(result: Result, s: Strings): string[] {
  const passed = result.variants.flatMap((each) => {
    const rung = each.metrics['highest-passed-rate'];
    if (!rung) {
      return [];
    }
    const bounds = rung.interval && ` (${interval('highest-passed-rate', rung.value, rung.interval)})`;
    return [`${each.id} ${joined(figure('highest-passed-rate', rung.value))}${bounds ?? ''}`];
  });
  return passed.length > 0 ? [s.answer.ladder(s.setting(resourceRules(result)), passed)] : [];
}
