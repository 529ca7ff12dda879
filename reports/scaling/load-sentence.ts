import type { MetricId } from '../../harness/contract/metrics.ts';
import type { SimulatedGoal } from '../../harness/contract/simulation.ts';
import { count, figure, interval, joined, significant } from '../numbers.ts';
import type { Strings } from '../strings.ts';
import { limitInUnit } from '../validity-text.ts';
import { boundsText, type Estimate, type EstimateId, estimateOf, estimateText, goalPercentile, shown, spanOf } from './estimates.ts';
import { boundOf, type LoadGroup, type Policy } from './groups.ts';
import { byCost, byTurns, type CostMeasure, costMeasure, costOf, goalVerdict, notToldApart, type Priced } from './verdicts.ts';

/** `p95 ≤ 500 ms, errors ≤ 1 %` */
export function goalText({ percentile, responseMs, errorShare }: SimulatedGoal, s: Strings): string {
  return s.scaling.goal(percentile, limitInUnit(responseMs, 'ms'), limitInUnit(errorShare, 'share'));
}

/** `cost 2.46 (2.41–2.51)`, `8.33 replica-hours (8.06–8.61)` */
export function costText({ cost }: Pick<Priced, 'cost'>, measure: CostMeasure, s: Strings): string {
  // Hours are already hours here, so that the plain figure of `cost` fits every measure.
  return s.scaling.cost[measure](shown('cost', cost.mean), bracketed('cost', cost));
}

/** ` (2.41–2.51)`; empty for an estimate of one replication. */
function bracketed(id: EstimateId, estimate: Estimate): string {
  const bounds = boundsText(id, estimate);
  return bounds === undefined ? '' : ` (${bounds})`;
}

/** More names than this make a sentence a list. */
export const mostNamed = 4;

/** The rules that met the goal, and the cheapest of them: several where no difference between them was seen. */
export function cheapestOf(group: LoadGroup): {
  readonly met: readonly Policy[];
  readonly same: readonly Priced[];
  readonly measure: CostMeasure;
} {
  const measure = costMeasure(group);
  const met = group.rules.filter((rule) => goalVerdict(rule) === 'met');
  return { met, same: notToldApart(byCost(met, measure)), measure };
}

/**
 * The answer under one load: which rule met the goal at the lowest cost, what the bounds cost, which rule flaps; without the first
 * where it is the headline already.
 */
export function loadSentence(group: LoadGroup, s: Strings, isHeadline = false): string {
  const [only, ...others] = group.rules;
  const first =
    only === undefined || isHeadline
      ? []
      : others.length === 0
        ? [`${group.title}: ${singleText(group, undefined, s)}.`]
        : [winner(group, s)];
  const rest = [...first, ...bounds(group, s), ...restless(group, s)];
  return first.length === 0 ? `${group.title}: ${rest.join(' ')}` : rest.join(' ');
}

/** What became of the one rule of a load, with the words of its goal where they are given; empty where there is no rule. */
export function singleText(group: LoadGroup, goal: string | undefined, s: Strings): string {
  const [rule] = group.rules;
  if (rule === undefined) {
    return '';
  }
  const measure = costMeasure(group);
  const cost = costOf(rule, measure);
  const outside = estimateOf(rule.simulated, 'sloViolationSeconds');
  const response = goalPercentile(rule.simulated);
  const errors = estimateOf(rule.simulated, 'errorRatio');
  return s.scaling.answer.single(rule.name, s.scaling.answer.verdict[goalVerdict(rule)], goal, group.title, [
    ...(response === undefined ? [] : [s.scaling.answer.response(group.goal.percentile, ...responseText(response))]),
    ...(errors === undefined ? [] : [s.scaling.answer.errors(shown('errorRatio', errors.mean), bracketed('errorRatio', errors))]),
    ...(cost === undefined ? [] : [costText({ cost }, measure, s)]),
    ...(outside === undefined
      ? []
      : [s.scaling.answer.outside(shown('sloViolationSeconds', outside.mean), bracketed('sloViolationSeconds', outside))]),
  ]);
}

/** A response time and its interval in the same unit. */
function responseText({ mean, interval: bounds }: Estimate): [value: string, bounds: string] {
  const metric = 'ask-response-p95' satisfies MetricId;
  return [joined(figure(metric, mean)), bounds === undefined ? '' : ` (${interval(metric, mean, bounds)})`];
}

function winner(group: LoadGroup, s: Strings): string {
  const { met, same, measure } = cheapestOf(group);
  const [cheapest] = same;
  if (cheapest === undefined) {
    return missed(group, s);
  }
  if (same.length > 1) {
    const items = same.slice(0, mostNamed).map((each) => `${each.variant.name} ${costText(each, measure, s)}`);
    const rest = same.length - items.length;
    return s.scaling.answer.cheapestSame(
      group.title,
      rest > 0 ? [...items, s.scaling.more(String(rest))] : items,
      met.length,
      group.rules.length,
    );
  }
  const outside = estimateOf(cheapest.variant.simulated, 'sloViolationSeconds');
  return s.scaling.answer.cheapest(
    group.title,
    cheapest.variant.name,
    costText(cheapest, measure, s),
    met.length,
    group.rules.length,
    outside && estimateText('sloViolationSeconds', outside),
  );
}

function missed(group: LoadGroup, s: Strings): string {
  const undecided = group.rules.filter((rule) => goalVerdict(rule) === 'undecided').length;
  return s.scaling.answer.missed(group.title, group.rules.length, undecided, nearestText(group, s));
}

/** The stable rule with the fewest requests outside the goal; undefined where none was estimated. */
export function nearestText(group: LoadGroup, s: Strings): string | undefined {
  const sharing = group.rules.flatMap((rule) => {
    const violating = estimateOf(rule.simulated, 'violatingRequestRatio');
    return violating === undefined || rule.simulated.unstable > 0 ? [] : [{ rule, violating }];
  });
  const nearest = sharing.toSorted((a, b) => a.violating.mean - b.violating.mean)[0];
  return nearest && s.scaling.answer.nearest(nearest.rule.name, estimateText('violatingRequestRatio', nearest.violating));
}

/** What the bounds cost; those of several sizes of replica are named by their ids. */
function bounds(group: LoadGroup, s: Strings): string[] {
  const measure = costMeasure(group);
  const items = byCost(group.bounds, measure).map((priced) => {
    const kind = boundOf(priced.variant);
    const several = group.bounds.filter((each) => boundOf(each) === kind).length > 1;
    const name = several || kind === undefined ? priced.variant.name : s.scaling.bound[kind];
    return s.scaling.answer.boundItem(name, costText(priced, measure, s));
  });
  return items.length === 0 ? [] : [s.scaling.answer.bounds(items)];
}

function restless(group: LoadGroup, s: Strings): string[] {
  const sorted = byTurns(group);
  const flapping = sorted.filter(({ turns, demandTurns }) => spanOf(turns).low > demandTurns);
  const turnsText = ({ turns }: (typeof sorted)[number]) => estimateText('directionChangesPerHour', turns);
  const [worst, ...others] = flapping;
  if (worst !== undefined) {
    const also = others.slice(0, mostNamed - 1).map((each) => `${each.variant.name} ${turnsText(each)}`);
    const rest = others.length - also.length;
    const jitter = estimateOf(worst.variant.simulated, 'jitterPerMinute');
    return [
      s.scaling.answer.flaps(
        worst.variant.name,
        turnsText(worst),
        significant(worst.demandTurns),
        jitter && spanOf(jitter).low > 0 ? estimateText('jitterPerMinute', jitter) : undefined,
        rest > 0 ? [...also, s.scaling.more(count(rest))] : also,
      ),
    ];
  }
  const [most] = sorted;
  if (most === undefined) {
    return [];
  }
  const sentence = spanOf(most.turns).high > most.demandTurns ? s.scaling.answer.perhaps : s.scaling.answer.calm;
  return [sentence(most.variant.name, turnsText(most), significant(most.demandTurns))];
}
