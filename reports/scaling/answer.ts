import type { Result } from '../../harness/contract/result.ts';
import type { SimulatedGoal } from '../../harness/contract/simulation.ts';
import { count, significant } from '../numbers.ts';
import type { Strings } from '../strings.ts';
import { limitInUnit } from '../validity-text.ts';
import { boundsText, estimateOf, estimateText, shown, spanOf } from './estimates.ts';
import { boundOf, type LoadGroup, loadGroups, membersOf, policyName, type Simulated, simulatedVariants } from './groups.ts';
import { byCost, byTurns, type CostMeasure, costMeasure, goalVerdict, notToldApart, type Priced } from './verdicts.ts';

type StaticFinding = NonNullable<Simulated['simulated']['staticFindings']>[number];

/** The answer of a simulation, and the sentences behind it: the unstable first, then one or more for each load. */
export function scalingAnswer(result: Result, s: Strings): { readonly headline: string; readonly qualifiers: readonly string[] } {
  const groups = loadGroups(result);
  if (groups.length === 0) {
    return { headline: s.scaling.answer.nothing, qualifiers: [] };
  }
  const alone = groups.some((group) => membersOf(group).some(({ simulated }) => simulated.replications === 1));
  const chance = alone ? s.scaling.answer.alone(1) : undefined;
  return {
    headline: headline(groups, s),
    qualifiers: [
      ...groups.flatMap((group) => unstable(group, s)),
      ...found(result, s),
      ...(chance === undefined ? [] : [chance]),
      ...groups.map((group) => [winner(group, s), ...bounds(group, s), ...restless(group, s)].join(' ')),
    ],
  };
}

/** `p95 ≤ 500 ms, errors ≤ 1 %` */
export function goalText({ percentile, responseMs, errorShare }: SimulatedGoal, s: Strings): string {
  return s.scaling.goal(percentile, limitInUnit(responseMs, 'ms'), limitInUnit(errorShare, 'share'));
}

/** `cost 2.46 (2.41–2.51)`, `8.33 replica-hours (8.06–8.61)` */
export function costText({ cost }: Pick<Priced, 'cost'>, measure: CostMeasure, s: Strings): string {
  // Hours are already hours here, so that the plain figure of `cost` fits every measure.
  const bounds = boundsText('cost', cost);
  return s.scaling.cost[measure](shown('cost', cost.mean), bounds === undefined ? '' : ` (${bounds})`);
}

function cheapestOf(group: LoadGroup): {
  readonly met: readonly Simulated[];
  readonly same: readonly Priced[];
  readonly measure: CostMeasure;
} {
  const measure = costMeasure(group);
  const met = group.rules.filter((rule) => goalVerdict(rule) === 'met');
  return { met, same: notToldApart(byCost(met, measure)), measure };
}

function headline(groups: readonly LoadGroup[], s: Strings): string {
  const goals = new Set(groups.map(({ goal }) => JSON.stringify(goal)));
  const [first] = groups;
  const goal = goals.size > 1 || first === undefined ? s.scaling.answer.oneGoal : s.scaling.answer.goalOf(goalText(first.goal, s));
  const parts = groups.map((group) => {
    const { same, measure } = cheapestOf(group);
    const [cheapest] = same;
    if (cheapest === undefined) {
      return s.scaling.answer.noneMet(group.title);
    }
    const cost = costText(cheapest, measure, s);
    return same.length === 1
      ? s.scaling.answer.costLeast(policyName(cheapest.variant), cost, group.title)
      : s.scaling.answer.same(named(same), cost, group.title);
  });
  return s.scaling.answer.headline(goal, parts);
}

/** More names than this make a sentence a list. */
const mostNamed = 4;

function named(all: readonly Priced[]): string[] {
  return all.slice(0, mostNamed).map(({ variant }) => policyName(variant));
}

function unstable(group: LoadGroup, s: Strings): string[] {
  const items = membersOf(group)
    .filter(({ simulated }) => simulated.unstable > 0)
    .map((each) => s.scaling.answer.unstableItem(policyName(each), each.simulated.unstable, each.simulated.replications));
  return items.length === 0 ? [] : [s.scaling.answer.unstable(group.title, items)];
}

function winner(group: LoadGroup, s: Strings): string {
  const { met, same, measure } = cheapestOf(group);
  const [cheapest] = same;
  if (cheapest === undefined) {
    return missed(group, s);
  }
  if (same.length > 1) {
    const items = same.slice(0, mostNamed).map((each) => `${policyName(each.variant)} ${costText(each, measure, s)}`);
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
    policyName(cheapest.variant),
    costText(cheapest, measure, s),
    met.length,
    group.rules.length,
    outside && estimateText('sloViolationSeconds', outside),
  );
}

function missed(group: LoadGroup, s: Strings): string {
  const undecided = group.rules.filter((rule) => goalVerdict(rule) === 'undecided').length;
  const sharing = group.rules.flatMap((rule) => {
    const violating = estimateOf(rule.simulated, 'violatingRequestRatio');
    return violating === undefined || rule.simulated.unstable > 0 ? [] : [{ rule, violating }];
  });
  const nearest = sharing.toSorted((a, b) => a.violating.mean - b.violating.mean)[0];
  return s.scaling.answer.missed(
    group.title,
    group.rules.length,
    undecided,
    nearest && s.scaling.answer.nearest(policyName(nearest.rule), estimateText('violatingRequestRatio', nearest.violating)),
  );
}

/** What the bounds cost; those of several sizes of replica are named by their ids. */
function bounds(group: LoadGroup, s: Strings): string[] {
  const measure = costMeasure(group);
  const items = byCost(group.bounds, measure).map((priced) => {
    const kind = boundOf(priced.variant);
    const several = group.bounds.filter((each) => boundOf(each) === kind).length > 1;
    const name = several || kind === undefined ? policyName(priced.variant) : s.scaling.bound[kind];
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
    const also = others.slice(0, mostNamed - 1).map((each) => `${policyName(each.variant)} ${turnsText(each)}`);
    const rest = others.length - also.length;
    const jitter = estimateOf(worst.variant.simulated, 'jitterPerMinute');
    return [
      s.scaling.answer.flaps(
        policyName(worst.variant),
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
  return [sentence(policyName(most.variant), turnsText(most), significant(most.demandTurns))];
}

/** What the static checks found, rule by rule: the same rule has the same findings under most loads, and is named once. */
export function findingsByRule(result: Result): { readonly rules: readonly string[]; readonly finding: StaticFinding }[] {
  const all = simulatedVariants(result).flatMap((variant) =>
    (variant.simulated.staticFindings ?? []).map((finding) => ({ rule: policyName(variant), finding })),
  );
  return [...Map.groupBy(all, ({ finding }) => JSON.stringify(finding)).values()].flatMap((same) => {
    const [first] = same;
    return first === undefined ? [] : [{ rules: [...new Set(same.map(({ rule }) => rule))], finding: first.finding }];
  });
}

function found(result: Result, s: Strings): string[] {
  const [first, ...others] = findingsByRule(result);
  return first === undefined
    ? []
    : [s.scaling.answer.found(first.rules.slice(0, mostNamed).join(', '), first.finding.path, first.finding.message, others.length)];
}
