import type { Result } from '../../harness/contract/result.ts';
import { plain, table } from '../markdown-text.ts';
import { absent } from '../numbers.ts';
import type { Strings } from '../strings.ts';
import { findingsByRule, toldGroups } from './answer.ts';
import { systemRows } from './assumptions.ts';
import { estimateOf, estimateText } from './estimates.ts';
import { bannerText } from './first-screen.ts';
import { type LoadGroup, loadGroups, membersOf, policiesOf } from './groups.ts';
import { goalText, loadSentence } from './load-sentence.ts';
import { estimateHead, replicationsOf, shownEstimates } from './load-table.ts';
import { goalVerdict } from './verdicts.ts';

/** That nothing was started, in a line of its own. */
export function scalingBanner(result: Result, s: Strings): string {
  return `> **${plain(bannerText(result, s))}**`;
}

/** What the static checks found, one table per load, and what was assumed. */
export function scalingBlocks(result: Result, s: Strings): string[] {
  const groups = loadGroups(result);
  // What the answer tells is not told twice.
  const told = new Set(toldGroups(groups));
  return [...found(result, s), ...groups.map((group) => loadBlock(group, told.has(group), s)), ...systems(result, s)];
}

function loadBlock(group: LoadGroup, isTold: boolean, s: Strings): string {
  const ids = shownEstimates(group);
  const rows = membersOf(group).map((variant) => {
    const { unstable, replications } = variant.simulated;
    return [
      variant.name,
      unstable > 0 ? s.scaling.table.unstable(unstable, replications) : s.scaling.table.verdict[goalVerdict(variant)],
      ...ids.map((id) => {
        const estimate = estimateOf(variant.simulated, id);
        return estimate === undefined ? absent : estimateText(id, estimate);
      }),
    ];
  });
  const heads = [s.scaling.table.rule, s.scaling.table.goal, ...ids.map((id) => estimateHead(id, s))];
  return [
    `## ${plain(s.scaling.table.title(group.title))}`,
    ...(isTold ? [] : [plain(loadSentence(group, s))]),
    plain(s.scaling.table.subtitle(replicationsOf(group, s))),
    table(heads, rows),
    plain(`${s.scaling.table.met(goalText(group.goal, s))} ${s.scaling.table.narrow}`),
  ].join('\n\n');
}

function systems(result: Result, s: Strings): string[] {
  const rows = systemRows(result, s).map(({ variants, cells }) => [variants, ...cells]);
  const variants = policiesOf(result).map(({ id, simulated }) => [
    id,
    simulated.rule,
    String(simulated.run.seed),
    String(simulated.replications),
  ]);
  const [variant = '', rule = '', seed = '', replications = ''] = s.scaling.system.variantColumns;
  return rows.length === 0
    ? []
    : [
        `## ${s.scaling.system.title}\n\n${table(s.scaling.system.columns, rows)}\n\n${table([variant, rule, seed, replications], variants)}`,
      ];
}

function found(result: Result, s: Strings): string[] {
  const rows = findingsByRule(result).map(({ rules, finding }) => [rules.join(', '), finding.path, finding.message, finding.hint]);
  return rows.length === 0 ? [] : [`## ${s.scaling.found.title}\n\n${table(s.scaling.found.columns, rows)}`];
}
