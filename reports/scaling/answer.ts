import type { Result } from '../../harness/contract/result.ts';
import type { Strings } from '../strings.ts';
import { type LoadGroup, loadGroups, membersOf, type Policy, policiesOf } from './groups.ts';
import { cheapestOf, costText, goalText, loadSentence, mostNamed, nearestText, singleText } from './load-sentence.ts';

type StaticFinding = NonNullable<Policy['simulated']['staticFindings']>[number];

/** A headline that names more loads than that leaves figures to the sentences below it. */
const mostWithFigures = 2;
/** As many loads as an answer tells of; those without several rules to compare come after the others. */
const mostLoads = 5;

/** The answer of a simulation, and the sentences behind it: the unstable first, then one or more for each load. */
export function scalingAnswer(result: Result, s: Strings): { readonly headline: string; readonly qualifiers: readonly string[] } {
  const groups = loadGroups(result);
  const told = toldGroups(groups);
  const [first] = told;
  if (first === undefined) {
    return { headline: s.scaling.answer.nothing, qualifiers: [] };
  }
  const chance = groups.some((group) => membersOf(group).some(({ simulated }) => simulated.replications === 1));
  const others = groups.filter((group) => !told.includes(group)).map(({ title }) => title);
  const comparing = told.filter(({ rules }) => rules.length > 1);
  const compared = comparing.length > 0 ? comparing : told.filter(({ rules }) => rules.length > 0);
  const isSingle = compared.length > 0 && compared.every(({ rules }) => rules.length === 1);
  return {
    headline: headlineOf(first, compared, groups.length - compared.length, s),
    qualifiers: [
      ...unstable(groups, s),
      ...found(result, s),
      ...(chance ? [s.scaling.answer.alone] : []),
      ...told.map((group) => loadSentence(group, s, isSingle && compared.includes(group))),
      ...(others.length === 0 ? [] : [s.scaling.answer.more(others)]),
    ],
  };
}

/** The loads whose sentences stand on the first screen: those that compare rules first, and as planned. */
export function toldGroups(groups: readonly LoadGroup[]): LoadGroup[] {
  const byRules = groups.toSorted((a, b) => Math.min(2, b.rules.length) - Math.min(2, a.rules.length));
  const told = new Set(byRules.slice(0, mostLoads));
  return groups.filter((group) => told.has(group));
}

function headlineOf(first: LoadGroup, compared: readonly LoadGroup[], more: number, s: Strings): string {
  if (compared.length === 0) {
    return s.scaling.answer.boundsAlone(first.title, loadSentence(first, s));
  }
  // Where every load has one rule there is no cheapest one.
  return compared.every(({ rules }) => rules.length === 1)
    ? s.scaling.answer.singles(
        compared.map((group) => singleText(group, goalText(group.goal, s), s)),
        more,
      )
    : headline(compared, more, s);
}

function headline(groups: readonly LoadGroup[], more: number, s: Strings): string {
  const goals = new Set(groups.map(({ goal }) => JSON.stringify(goal)));
  const [first] = groups;
  const goal = goals.size > 1 || first === undefined ? s.scaling.answer.oneGoal : s.scaling.answer.goalOf(goalText(first.goal, s));
  const winners = new Map<string, string[]>();
  const same: string[] = [];
  const none: string[] = [];
  const hasFigures = groups.length <= mostWithFigures;
  for (const group of groups) {
    const { same: cheapest, measure } = cheapestOf(group);
    const [best] = cheapest;
    if (best === undefined) {
      none.push(s.scaling.answer.noneUnder(group.title, hasFigures ? nearestText(group, s) : undefined));
    } else if (cheapest.length > 1) {
      const names = cheapest.slice(0, mostNamed).map(({ variant }) => variant.name);
      same.push(s.scaling.answer.same(names, hasFigures ? costText(best, measure, s) : undefined, group.title));
    } else {
      const under = s.scaling.answer.under(group.title, hasFigures ? costText(best, measure, s) : undefined);
      winners.set(best.variant.name, [...(winners.get(best.variant.name) ?? []), under]);
    }
  }
  if (none.length === groups.length) {
    return s.scaling.answer.noRule(goal, none, more);
  }
  const parts = [
    ...[...winners].map(([rule, loads]) => s.scaling.answer.costLeast(rule, loads)),
    ...same,
    ...(none.length === 0 ? [] : [s.scaling.answer.noneMet(none)]),
  ];
  return s.scaling.answer.headline(goal, parts, more);
}

/** One sentence for all loads. */
function unstable(groups: readonly LoadGroup[], s: Strings): string[] {
  const parts = groups.flatMap((group) => {
    const items = membersOf(group)
      .filter(({ simulated }) => simulated.unstable > 0)
      .map(({ name, simulated }) => s.scaling.answer.unstableItem(name, simulated.unstable, simulated.replications));
    const rest = items.length - mostNamed;
    return items.length === 0
      ? []
      : [s.scaling.answer.unstableUnder(group.title, rest > 0 ? [...items.slice(0, mostNamed), s.scaling.more(String(rest))] : items)];
  });
  return parts.length === 0 ? [] : [s.scaling.answer.unstable(parts)];
}

/** What the static checks found, rule by rule: the same rule has the same findings under most loads, and is named once. */
export function findingsByRule(result: Result): { readonly rules: readonly string[]; readonly finding: StaticFinding }[] {
  const all = policiesOf(result).flatMap((variant) =>
    (variant.simulated.staticFindings ?? []).map((finding) => ({ rule: variant.name, finding })),
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
